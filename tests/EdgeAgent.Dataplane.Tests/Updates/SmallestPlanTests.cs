using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>Everyday changes touch what they are about and nothing else.</summary>
public sealed class SmallestPlanTests
{
    private static readonly PolicyReference Web = new("NetworkPolicy", "default", "web", "ingress[0]");

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void A_joining_peer_is_one_element(int peers)
    {
        var before = WithPeers(peers);
        var after = Joined(before, "10.200.0.7");
        var operations = Plan(before, after, Sizes(before)).Transactions.Single().Operations;

        var added = Assert.Single(operations.OfType<AddElements>());
        Assert.Equal("in-tcp-80.4", WithoutGeneration(added.Schema.Name));
        Assert.Equal(1, added.Elements.Count);
        Assert.All(operations.Where(operation => operation != added), IsStamp);
    }

    [Fact]
    public void A_leaving_peer_is_one_element()
    {
        var after = WithPeers(100);
        var operations = Plan(Joined(after, "10.200.0.7"), after).Transactions.Single().Operations;
        Assert.Equal(1, Assert.Single(operations.OfType<DeleteElements>()).Elements.Count);
        Assert.All(operations.Where(operation => operation is not DeleteElements), IsStamp);
    }

    [Fact]
    public void A_new_revision_of_the_same_policy_is_a_new_stamp()
    {
        var before = WithPeers(10);
        var operations = Plan(before, before with { Revision = new(99) }).Transactions.Single().Operations;
        Assert.Equal(2, operations.Count);
        Assert.All(operations, IsStamp);
        Assert.Equal(RulesetDigest.Of(Compile(before)), RulesetDigest.Of(Compile(before with { Revision = new(99) })));
        Assert.Equal(new Revision(99), Stamp.Of(Compile(before with { Revision = new(99) }))!.Value.Revision);
    }

    [Fact]
    public void A_new_policy_touches_no_base_chain()
    {
        var before = WithPeers(10);
        var rules = before.Inbound[0].Branches[0].Blocks[0].Rules;
        var added = new Rule(Verdict.Allow, Web with { Name = "metrics" }) { Protocol = new(IpProtocol.Tcp, false), Ports = [PortRange.Single(9100)] };
        var after = before with { Inbound = Closed([.. rules, added]) };
        var plan = Plan(before, after);
        var operations = plan.Transactions.SelectMany(transaction => transaction.Operations).ToList();
        Assert.DoesNotContain(operations, operation => operation is FlushChain { Name: "input" or "output" } or AppendRule { Chain: "input" or "output" });
        Assert.Contains(operations, operation => operation is AddElements { Schema.Name: "in-ports" });
        Assert.InRange(plan.Transactions.Count, 1, 2);
    }

    [Fact]
    public void Audit_replaces_the_ending_rules_alone()
    {
        var before = WithPeers(10);
        var operations = Plan(before, before with { Mode = EnforcementMode.Audit }).Transactions.Single().Operations;
        Assert.Equal(["cut", "in-deny", "in-known", "out-deny", "stamp"], operations.OfType<FlushChain>().Select(flush => flush.Name).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(operations, operation => operation is AddElements or DeleteElements or CreateSet or DeleteSet or CreateChain or DeleteChain);
    }

    [Fact]
    public void A_map_that_outgrows_its_size_is_replaced_by_one_beside_it()
    {
        var before = WithPeers(120);
        var after = WithPeers(140);
        var plan = Plan(before, after);
        var kernel = new FakeKernel(Compile(before));
        kernel.Apply(plan);
        Assert.Contains("in-tcp-80.4-g1", kernel.Ruleset!.Sets.Keys);
        Assert.DoesNotContain("in-tcp-80.4", kernel.Ruleset.Sets.Keys);
        Assert.DoesNotContain(plan.Transactions.SelectMany(transaction => transaction.Operations), operation => operation is FlushChain { Name: "input" });
    }

    [Fact]
    public void A_map_keeps_its_size_while_it_fits()
    {
        var large = Compile(WithPeers(140));
        var options = CompileOptions.Default with { SizesInUse = SetSizes.Of(large) };
        Assert.Contains("in-tcp-80.4-g1", RulesetCompiler.Compile(WithPeers(120), options).Sets.Keys);
        Assert.Contains("in-tcp-80.4-g1", RulesetCompiler.Compile(WithPeers(480), options).Sets.Keys);
        Assert.Contains("in-tcp-80.4-g2", RulesetCompiler.Compile(WithPeers(490), options).Sets.Keys);
        Assert.Contains("in-tcp-80.4", RulesetCompiler.Compile(WithPeers(60), options).Sets.Keys);
    }

    private static ImmutableDictionary<string, uint> Sizes(HostPolicy policy) => SetSizes.Of(Compile(policy));

    private static HostPolicy WithPeers(int count) => new()
    {
        Revision = new(1),
        Inbound = Closed([new(Verdict.Allow, Web) { Protocol = new(IpProtocol.Tcp, false), Ports = [PortRange.Single(80)], PeerAnyOf = ["clients"] }]),
        Sets = HostPolicy.Empty.Sets.Add("clients", new("clients", Enumerable.Range(0, count).Select(i => Cidr.Single(new(IpFamily.V4, 0x0a000000u + ((uint)i * 2)))))),
    };

    private static EquatableArray<Stage> Closed(EquatableArray<Rule> rules) => [new Stage([new Branch(null, [new Block(rules, BlockEnd.Deny, Web with { Rule = "" })])])];

    private static HostPolicy Joined(HostPolicy policy, string address) => policy with
    {
        Revision = policy.Revision.Next,
        Sets = policy.Sets.SetItem("clients", new("clients", policy.Sets["clients"].Prefixes.Append(Cidr.Parse(address)))),
    };

    private static Ruleset Compile(HostPolicy policy) => RulesetCompiler.Compile(policy, CompileOptions.Default);

    private static UpdatePlan Plan(HostPolicy from, HostPolicy to, ImmutableDictionary<string, uint>? sizes = null)
    {
        var (a, b) = (Compile(from), RulesetCompiler.Compile(to, CompileOptions.Default with { SizesInUse = sizes ?? CompileOptions.Default.SizesInUse }));
        var plan = RulesetDiffer.Plan(a, b);
        var kernel = new FakeKernel(a);
        kernel.Apply(plan);
        Assert.Equal(RulesetText.Of(b), RulesetText.Of(kernel.Ruleset!));
        return plan;
    }

    private static string WithoutGeneration(string name) => name.Contains("-g", StringComparison.Ordinal) ? name[..name.LastIndexOf("-g", StringComparison.Ordinal)] : name;

    private static void IsStamp(Operation operation) => Assert.True(operation is FlushChain { Name: Ruleset.StampChain } or AppendRule { Chain: Ruleset.StampChain }, operation.ToString());
}
