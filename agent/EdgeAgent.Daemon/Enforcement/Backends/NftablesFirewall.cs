using System.Runtime.CompilerServices;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon;

/// <summary>nf_tables: one table of ours; the mark is the kernel's generation.</summary>
internal sealed class NftablesFirewall(string? networkNamespace) : IFirewall<Ruleset>
{
    private readonly NetfilterKernel _kernel = new(networkNamespace);

    public BackendKind Kind => BackendKind.Nftables;

    public string Place => $"table inet {Ruleset.Table}";

    public Ruleset Compile(Enforcement enforcement, Ruleset? held) => Desired(enforcement, held);

    /// <summary>The table that an enforcement comes to; the kernel is not asked.</summary>
    internal static Ruleset Desired(Enforcement enforcement, Ruleset? held) => RulesetCompiler.Compile(
        enforcement.Policy.Policy,
        CompileOptions.Default with
        {
            Failsafes = enforcement.Failsafes,
            SizesInUse = held is null ? CompileOptions.Default.SizesInUse : SetSizes.Of(held),
        });

    public HeldContent<Ruleset> Read()
    {
        var table = _kernel.Read();
        return new(table.Generation, table.Ruleset, table.Foreign);
    }

    public ulong ReadMark() => _kernel.ReadGeneration();

    public FirewallUpdate Update(HeldContent<Ruleset> held, Ruleset desired)
    {
        var update = new FirewallUpdate(held.Mark, TimeSpan.Zero, TimeSpan.Zero);
        foreach (var transaction in Plan(held, desired).Transactions)
        {
            var result = _kernel.Commit(transaction, (uint)update.Mark);
            update = new(result.Generation, update.Encode + result.Encode, update.Kernel + result.Kernel);
        }

        return update;
    }

    public void Remove() => _kernel.DeleteTable();

    public ContentSummary Summarize(Ruleset content) => new(
        new(RulesetDigest.Of(content), content.Chains.Values.Sum(chain => chain.Rules.Count), content.Sets.Count, content.Sets.Values.Sum(set => set.Elements.Count)),
        Stamp.Of(content));

    public string Text(Ruleset content) => RulesetText.Of(content);

    public string ProofText(Ruleset content) => RulesetDigest.TextOf(content);

    public async IAsyncEnumerable<Culprit> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var monitor = new RulesetMonitor(_kernel.PortId, networkNamespace);
        await foreach (var change in monitor.WatchAsync(cancellation).ConfigureAwait(false))
        {
            if (change is { Own: false, TouchesTable: true })
                yield return new((int)change.ProcessId, change.ProcessName);
        }
    }

    public void Dispose() => _kernel.Dispose();

    // The differ knows no words for what others put into the table; only a new table is free of it.
    private static UpdatePlan Plan(HeldContent<Ruleset> held, Ruleset desired)
    {
        if (held.Foreign.IsEmpty)
            return RulesetDiffer.Plan(held.Content, desired);
        var fresh = RulesetDiffer.Plan(null, desired).Transactions;
        return new([new Transaction(fresh[0].Operations.Prepend(new DeleteTable()).ToEquatableArray()), .. fresh.Skip(1)]);
    }
}

/// <summary>What reports read of nf_tables.</summary>
internal sealed class NftablesReadings(string? networkNamespace) : IFirewallReadings
{
    private readonly NetfilterKernel _kernel = new(networkNamespace);

    public IReadOnlyDictionary<string, CounterReading> ReadCounters() => _kernel.ReadCounters();

    public IReadOnlyList<string> ReadShadows() =>
        [.. _kernel.ReadShadows().Where(chain => chain.Hook is Hook.Input or Hook.Output).Select(chain => chain.ToString())];

    public void Dispose() => _kernel.Dispose();
}
