using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>A plan leads from anything to what is desired, through steps of which each is safe for packets, and no further than needed.</summary>
public sealed class XTablesUpdateTests
{
    private static readonly HostPolicyShape Sayable = HostPolicyShape.Everything with { Wildcards = false };

    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 10)];

    [Theory]
    [MemberData(nameof(Batches))]
    public void Between_any_two_policies_no_step_decides_like_neither(int batch)
    {
        for (var seed = batch * 5; seed < (batch + 1) * 5; seed++)
            Walk(RandomHostPolicy.Of(seed, Sayable), RandomHostPolicy.Of(seed + 5_000, Sayable), seed);
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Small_changes_of_one_policy_are_safe_at_every_step(int batch)
    {
        for (var seed = batch * 12; seed < (batch + 1) * 12; seed++)
        {
            var from = RandomHostPolicy.Of(seed, Sayable);
            Walk(from, Mutation.Of(from, new Random(seed)), seed);
        }
    }

    [Fact]
    public void A_peer_that_joins_is_one_message_and_the_stamp()
    {
        var from = Clients("10.0.0.1", "10.0.0.3");
        var to = Clients("10.0.0.1", "10.0.0.3", "10.0.0.5") with { Revision = new(2) };
        var kernel = Holding(Compile(from));
        var plan = XTablesDiffer.Plan(kernel.Held, Compile(to));
        Assert.Collection(
            plan,
            operation => Assert.Equal(1, Assert.IsType<AddMembers>(operation).Members.Count),
            operation => Assert.IsType<WriteStamp>(operation));
    }

    [Fact]
    public void A_set_of_which_most_changes_is_swapped()
    {
        var kernel = Holding(Compile(Clients([.. Enumerable.Range(0, 3_000).Select(i => $"10.1.{i / 100}.{i % 100 * 2}")])));
        var plan = XTablesDiffer.Plan(kernel.Held, Compile(Clients([.. Enumerable.Range(0, 3_000).Select(i => $"10.2.{i / 100}.{i % 100 * 2}")])));
        Assert.Contains(plan, operation => operation is SwapAddressSets);
        Assert.DoesNotContain(plan, operation => operation is ReplaceChains);
    }

    [Fact]
    public void What_a_dead_process_left_is_cleared_away()
    {
        var desired = Compile(Clients("10.0.0.1", "10.0.0.3"));
        var kernel = Holding(desired);
        var name = kernel.Held.Generations.Values.First();
        var set = desired.Sets.Values.First();
        kernel.Leave(set with { Schema = set.Schema with { Name = name[..^1] + "5" } });
        var plan = XTablesDiffer.Plan(kernel.Held, desired);
        Assert.IsType<DestroyAddressSet>(Assert.Single(plan));
    }

    [Fact]
    public void Removal_leaves_nothing()
    {
        var kernel = Holding(Compile(RandomHostPolicy.Of(3, Sayable)));
        kernel.Apply(XTablesDiffer.Removal(kernel.Held));
        Assert.Equal(XTablesHeld.Nothing, kernel.Held);
    }

    private static HostPolicy Clients(params string[] addresses)
    {
        var web = new PolicyReference("NetworkPolicy", "default", "web", "ingress[0]");
        return HostPolicy.Empty with
        {
            Revision = new(1),
            Inbound = [new Stage([new Branch(null, [new Block([new(Verdict.Allow, web) { Protocol = new(IpProtocol.Tcp, false), Ports = [PortRange.Single(80)], PeerAnyOf = ["clients"] }], BlockEnd.Deny, web)])])],
            Sets = HostPolicy.Empty.Sets.Add("clients", new("clients", addresses.Select(address => Cidr.Parse(address)))),
        };
    }

    private static void Walk(HostPolicy from, HostPolicy to, int seed)
    {
        var (a, b) = (Compile(from), Compile(to));
        var packets = new HostPolicyPackets(new Random(seed), from, to).Take(40).ToList();
        var expected = packets.ConvertAll(packet => (A: XTablesInterpreter.Run(a, packet).Accepted, B: XTablesInterpreter.Run(b, packet).Accepted));
        var kernel = Holding(a);
        kernel.Apply(XTablesDiffer.Plan(kernel.Held, b), state =>
        {
            for (var i = 0; i < packets.Count; i++)
            {
                var accepted = XTablesInterpreter.Run(state, packets[i]).Accepted;
                if (accepted != expected[i].A && accepted != expected[i].B)
                    Assert.Fail($"seed {seed}: in between, {packets[i]} is decided like neither");
            }
        });
        Same(b, kernel, $"seed {seed}");
    }

    private static FakeXTablesKernel Holding(XTablesRuleset ruleset)
    {
        var kernel = new FakeXTablesKernel();
        kernel.Apply(XTablesDiffer.Plan(kernel.Held, ruleset));
        Same(ruleset, kernel, "first install");
        return kernel;
    }

    private static XTablesRuleset Compile(HostPolicy policy) => XTablesCompiler.Compile(policy, CompileOptions.Default);

    private static void Same(XTablesRuleset expected, FakeXTablesKernel kernel, string context)
    {
        var held = kernel.Held;
        Assert.NotNull(held.Content);
        if (XTablesText.Of(expected) is var text && text != XTablesText.Of(held.Content))
            Assert.Fail($"{context}: expected\n{text}\nbut the kernel holds\n{XTablesText.Of(held.Content)}");
        Assert.Equal(XTablesText.DigestOf(expected), XTablesText.DigestOf(held.Content));
        Assert.Empty(XTablesDiffer.Plan(held, expected));
    }
}
