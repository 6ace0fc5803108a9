using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>What cannot be enforced is refused with the reason; nothing is weakened in silence.</summary>
public sealed class RefusalTests
{
    private static readonly PolicyReference Web = new("NetworkPolicy", "default", "web", "ingress[0]");

    [Fact]
    public void A_set_that_is_not_there() => Refused(new(Verdict.Allow, Web) { PeerAnyOf = ["clients"] }, "'clients'");

    [Fact]
    public void Ports_without_a_protocol() => Refused(new(Verdict.Allow, Web) { Ports = [PortRange.Single(80)] }, "ports of any protocol");

    [Fact]
    public void Ports_of_all_protocols_but_one() =>
        Refused(new(Verdict.Allow, Web) { Protocol = new(IpProtocol.Tcp, true), Ports = [PortRange.Single(80)] }, "all protocols but TCP");

    [Fact]
    public void An_icmp_type_of_tcp() => Refused(new(Verdict.Allow, Web) { Protocol = new(IpProtocol.Tcp, false), Icmp = new(8, null, false) }, "ICMP type of TCP");

    [Fact]
    public void Named_ports_of_inbound_peers() => Refused(new(Verdict.Allow, Web) { PeerPorts = ["http"] }, "inbound");

    [Fact]
    public void More_elements_than_allowed()
    {
        var policy = Policy(new Rule(Verdict.Allow, Web) { PeerAnyOf = ["clients"] }) with
        {
            Sets = HostPolicy.Empty.Sets.Add("clients", new("clients", Enumerable.Range(0, 100).Select(i => Cidr.Single(new(IpFamily.V4, (uint)i * 2))))),
        };
        var refusal = Assert.Throws<UncompilablePolicyException>(() => RulesetCompiler.Compile(policy, CompileOptions.Default with { MaxElements = 50 }));
        Assert.Contains("more than 50 elements", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_stages_than_the_kernel_follows()
    {
        var stage = Policy(new Rule(Verdict.Allow, Web) { PeerAnyOf = ["clients"] }).Inbound[0];
        var policy = HostPolicy.Empty with
        {
            Inbound = Enumerable.Repeat(stage, 20).ToEquatableArray(),
            Sets = HostPolicy.Empty.Sets.Add("clients", new("clients", [Cidr.Parse("10.0.0.1")])),
        };
        var refusal = Assert.Throws<UncompilablePolicyException>(() => RulesetCompiler.Compile(policy, CompileOptions.Default));
        Assert.Contains("chains deep", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_parts_than_bearable()
    {
        var rules = Enumerable.Range(0, 5_000).Select(i => new Rule(Verdict.Allow, Web) { Protocol = new(IpProtocol.Tcp, false), SourcePorts = [PortRange.Single((ushort)(i * 2))] });
        var refusal = Assert.Throws<UncompilablePolicyException>(() => RulesetCompiler.Compile(Policy([.. rules]), CompileOptions.Default));
        Assert.Contains("1024 parts", refusal.Message, StringComparison.Ordinal);
    }

    private static void Refused(Rule rule, string why)
    {
        var refusal = Assert.Throws<UncompilablePolicyException>(() => RulesetCompiler.Compile(Policy(rule), CompileOptions.Default));
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("default/web", refusal.Message, StringComparison.Ordinal);
    }

    private static HostPolicy Policy(params Rule[] rules) => HostPolicy.Empty with
    {
        Inbound = [new Stage([new Branch(null, [new Block([.. rules], BlockEnd.Deny, Web)])])],
    };
}
