using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

/// <summary>A namespace and the kernel port in it, for tests of one host.</summary>
public abstract class KernelTest : IDisposable
{
    private protected TestNamespace Host { get; } = new();

    private protected NetfilterKernel Kernel { get; }

    protected KernelTest() => Kernel = new NetfilterKernel(Host.Path);

    public virtual void Dispose()
    {
        Kernel.Dispose();
        Host.Dispose();
    }

    private protected CommitResult Commit(params Operation[] operations) => Kernel.Commit(Of(operations));

    private protected static Transaction Of(params Operation[] operations) => new([.. operations]);

    private protected string Now() => Kernel.Read().Ruleset is { } ruleset ? RulesetFields.Of(ruleset) : "no table";
}
