using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>
/// Takes transactions as strictly as nf_tables: each all or nothing, and each operation checked against what is there
/// at its place in the transaction.
/// </summary>
public sealed class FakeKernel
{
    /// <summary>A kernel that holds a table, or none.</summary>
    public FakeKernel(Ruleset? ruleset) => Ruleset = ruleset;

    /// <summary>What it holds; null where there is no table.</summary>
    public Ruleset? Ruleset { get; private set; }

    /// <summary>Whether no way through a table's chains is a circle or longer than the kernel follows.</summary>
    public static bool CanFollow(Ruleset ruleset) => References.DeepestWay(ruleset) <= References.MostChains;

    /// <summary>Applies all transactions of a plan in order.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="afterEach">Called with what the kernel holds after each transaction.</param>
    /// <exception cref="KernelRefusalException">A transaction was refused; those before it are in force.</exception>
    public void Apply(UpdatePlan plan, Action<Ruleset?>? afterEach = null)
    {
        foreach (var transaction in plan.Transactions)
        {
            Apply(transaction);
            afterEach?.Invoke(Ruleset);
        }
    }

    /// <summary>Applies one transaction.</summary>
    /// <exception cref="KernelRefusalException">It was refused; nothing changed.</exception>
    public void Apply(Transaction transaction)
    {
        var attempt = new KernelAttempt(Ruleset);
        foreach (var operation in transaction.Operations)
            attempt.Apply(operation);
        Ruleset = attempt.Commit();
    }
}
