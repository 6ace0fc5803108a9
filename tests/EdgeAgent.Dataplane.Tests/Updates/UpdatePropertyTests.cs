using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>A plan leads from any table to the desired one, through states that are safe for packets, and no further than needed.</summary>
public sealed class UpdatePropertyTests
{
    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 20)];

    [Theory]
    [MemberData(nameof(Batches))]
    public void A_plan_between_policies_is_exact_and_never_decides_anything_else_in_between(int batch)
    {
        for (var seed = batch * 15; seed < (batch + 1) * 15; seed++)
        {
            var (from, to) = (Some(seed), Some(seed + 5_001));
            var (a, b) = (Compile(from), Compile(to));
            var packets = new HostPolicyPackets(new Random(seed), from, to).Take(60).ToList();
            var kernel = new FakeKernel(a);
            kernel.Apply(RulesetDiffer.Plan(a, b), state =>
            {
                foreach (var packet in packets)
                {
                    var accepted = RulesetInterpreter.Run(state!, packet).Accepted;
                    if (accepted != RulesetInterpreter.Run(a, packet).Accepted && accepted != RulesetInterpreter.Run(b, packet).Accepted)
                        Assert.Fail($"seed {seed}: in between, {packet} is decided like neither");
                }
            });
            Same(b, kernel.Ruleset, $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Small_changes_of_one_policy_are_exact(int batch)
    {
        for (var seed = batch * 15; seed < (batch + 1) * 15; seed++)
        {
            var from = Some(seed);
            var to = Mutation.Of(from, new Random(seed));
            var (a, b) = (Compile(from), Compile(to));
            var kernel = new FakeKernel(a);
            kernel.Apply(RulesetDiffer.Plan(a, b));
            Same(b, kernel.Ruleset, $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Any_damage_is_repaired(int batch)
    {
        for (var seed = batch * 15; seed < (batch + 1) * 15; seed++)
        {
            var desired = Compile(Some(seed));
            var damaged = Damage.Of(desired, new Random(seed));
            var kernel = new FakeKernel(damaged);
            kernel.Apply(RulesetDiffer.Plan(damaged, desired));
            Same(desired, kernel.Ruleset, $"seed {seed}");
        }
    }

    [Fact]
    public void A_first_install_fills_interval_sets_before_any_hook_is_there()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var desired = Compile(RandomHostPolicy.Of(seed));
            var plan = RulesetDiffer.Plan(null, desired, owned: true);
            Assert.Equal(new CreateTable(true), plan.Transactions[0].Operations[0]);
            Assert.InRange(plan.Transactions.Count, 1, 2);
            var kernel = new FakeKernel(null);
            kernel.Apply(plan);
            Same(desired, kernel.Ruleset, $"seed {seed}");
        }
    }

    [Fact]
    public void A_replacement_leaves_no_moment_without_rules()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var (old, desired) = (Compile(RandomHostPolicy.Of(seed + 500)), Compile(RandomHostPolicy.Of(seed)));
            var transaction = Assert.Single(RulesetDiffer.Replacement(desired).Transactions);
            Assert.IsType<DeleteTable>(transaction.Operations[0]);

            // The kernel misses new interval sets for a moment, which is the lesser evil here; all else is exact.
            if (desired.Sets.Values.Any(set => set.Schema.Intervals))
                continue;
            var kernel = new FakeKernel(old);
            kernel.Apply(transaction);
            Same(desired, kernel.Ruleset, $"seed {seed}");
        }
    }

    [Fact]
    public void Much_new_content_is_loaded_in_portions_before_anything_refers_to_it()
    {
        var policy = RandomHostPolicy.Of(7);
        var rule = new Rule(Verdict.Allow, new("NetworkPolicy", "default", "crowd", "")) { PeerAnyOf = ["crowd"] };
        var crowd = new AddressSet("crowd", Enumerable.Range(0, 420_000).Select(i => Cidr.Single(new(IpFamily.V4, 0x0a000000u + ((uint)i * 2)))));
        var desired = Compile(policy with { Inbound = [new Stage([new Branch(null, [new Block([rule], BlockEnd.Deny, rule.Policy)])])], Sets = policy.Sets.SetItem("crowd", crowd) });
        var plan = RulesetDiffer.Plan(null, desired);
        Assert.InRange(plan.Transactions.Count, 3, 4);
        Assert.All(plan.Transactions, transaction => Assert.InRange(transaction.Operations.OfType<AddElements>().Sum(add => add.Elements.Count), 0, 200_000));
        Assert.DoesNotContain(plan.Transactions.SkipLast(1).SelectMany(transaction => transaction.Operations), operation => operation is CreateChain or AppendRule);
        var kernel = new FakeKernel(null);
        kernel.Apply(plan);
        Same(desired, kernel.Ruleset, "crowd");
    }

    // Hosts that forward and such that do not become each other.
    private static HostPolicy Some(int seed) => RandomHostPolicy.Of(seed, seed % 3 == 0 ? HostPolicyShape.Router : HostPolicyShape.Everything);

    private static Ruleset Compile(HostPolicy policy) => RulesetCompiler.Compile(policy, CompileOptions.Default);

    private static void Same(Ruleset expected, Ruleset? actual, string context)
    {
        Assert.NotNull(actual);
        if (RulesetText.Of(expected) is var text && text != RulesetText.Of(actual))
            Assert.Fail($"{context}: expected\n{text}\nbut the kernel holds\n{RulesetText.Of(actual)}");
        Assert.Equal(RulesetDigest.Of(expected), RulesetDigest.Of(actual));
        Assert.True(RulesetDiffer.Plan(actual, expected).IsEmpty, context);
    }
}
