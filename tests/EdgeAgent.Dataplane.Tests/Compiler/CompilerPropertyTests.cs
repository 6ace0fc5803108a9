using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>The compiled table decides every packet as the host policy says, counts it by the policy that decided, and logs it.</summary>
public sealed class CompilerPropertyTests
{
    private static readonly CompileOptions Plain = CompileOptions.Default with { Failsafes = [] };

    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 20)];

    [Theory]
    [MemberData(nameof(Batches))]
    public void The_table_decides_counts_and_logs_as_the_policy_says(int batch)
    {
        for (var seed = batch * 50; seed < (batch + 1) * 50; seed++)
        {
            var policy = RandomHostPolicy.Of(seed);
            var expect = new Expect(policy, RulesetCompiler.Compile(policy, Plain), $"seed {seed}");
            foreach (var packet in new HostPolicyPackets(new Random(seed), policy).Take(150))
                expect.SameDecision(packet);
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Many_members_in_blocks_of_all_lengths_are_told_apart(int batch)
    {
        var shape = HostPolicyShape.Everything with { Members = 300, Sets = 4, SideConditions = 5, Rules = 3, Blocks = 2 };
        for (var seed = 10_000 + (batch * 4); seed < 10_000 + ((batch + 1) * 4); seed++)
        {
            var policy = RandomHostPolicy.Of(seed, shape);
            var expect = new Expect(policy, RulesetCompiler.Compile(policy, Plain), $"seed {seed}");
            foreach (var packet in new HostPolicyPackets(new Random(seed), policy).Take(300))
                expect.SameDecision(packet);
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void What_passes_through_a_host_is_decided_where_it_arrives_and_where_it_leaves_and_interfaces_are_told_apart(int batch)
    {
        var forwarded = new Dictionary<bool, int> { [true] = 0, [false] = 0 };
        for (var seed = 20_000 + (batch * 20); seed < 20_000 + ((batch + 1) * 20); seed++)
        {
            var policy = RandomHostPolicy.Of(seed, HostPolicyShape.Router);
            var expect = new Expect(policy, RulesetCompiler.Compile(policy, Plain), $"seed {seed}");
            foreach (var packet in new HostPolicyPackets(new Random(seed), policy).Take(200))
            {
                expect.SameDecision(packet);
                if (packet.IsForwarded)
                    forwarded[HostPolicyEvaluator.Allows(policy, packet)]++;
            }
        }

        Assert.All(forwarded.Values, count => Assert.True(count > 200, string.Join(' ', forwarded)));
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Audit_accepts_everything_and_counts_what_it_would_deny(int batch)
    {
        for (var seed = batch * 5; seed < (batch + 1) * 5; seed++)
        {
            var policy = RandomHostPolicy.Of(seed);
            var ruleset = RulesetCompiler.Compile(policy with { Mode = EnforcementMode.Audit }, Plain);
            foreach (var packet in new HostPolicyPackets(new Random(seed), policy).Take(100).Where(packet => !Expect.IsAlwaysAccepted(packet)))
            {
                var outcome = RulesetInterpreter.Run(ruleset, packet);
                var denied = outcome.Counters.Contains(CounterNames.Denied(packet.Direction));
                if (!outcome.Accepted || HostPolicyEvaluator.Allows(policy, packet) == denied)
                    Assert.Fail($"seed {seed}: {packet}: {outcome}");
            }
        }
    }

    [Fact]
    public void Compiling_is_deterministic()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var first = RulesetCompiler.Compile(RandomHostPolicy.Of(seed), CompileOptions.Default);
            var second = RulesetCompiler.Compile(RandomHostPolicy.Of(seed), CompileOptions.Default);
            Assert.True(RulesetText.Of(first) == RulesetText.Of(second), $"seed {seed}");
            Assert.True(RulesetDiffer.Plan(first, second).IsEmpty, $"seed {seed}");
        }
    }
}
