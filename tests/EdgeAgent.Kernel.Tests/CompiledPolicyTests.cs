using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

/// <summary>What the compiler makes of random policies, and how the differ gets from one to the next, on the running kernel.</summary>
public sealed class CompiledPolicyTests : KernelTest
{
    [Fact]
    public void Every_compiled_policy_is_taken_and_read_back_as_it_was_compiled()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var desired = RulesetCompiler.Compile(RandomHostPolicy.Of(seed), CompileOptions.Default);
            Apply(seed, desired);
            if (seed % 10 == 0)
                Assert.Contains("table inet edgeagent", Host.Nft("list ruleset"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_same_policy_needs_no_change()
    {
        var desired = RulesetCompiler.Compile(RandomHostPolicy.Of(7), CompileOptions.Default);
        Apply(7, desired);
        Assert.True(RulesetDiffer.Plan(Kernel.Read().Ruleset, desired).IsEmpty);
    }

    private void Apply(int seed, Ruleset desired)
    {
        Kernel.Update(table => RulesetDiffer.Plan(table.Ruleset, desired));
        var table = Kernel.Read();
        Assert.True(table.Foreign.IsEmpty, $"seed {seed}: {table.Foreign}");
        var (expected, actual) = (RulesetFields.Of(desired), RulesetFields.Of(table.Ruleset!));
        Assert.True(expected == actual, $"seed {seed}: expected\n{expected}\nbut the kernel holds\n{actual}");
        Assert.Equal(RulesetDigest.Of(desired), RulesetDigest.Of(table.Ruleset!));
    }
}
