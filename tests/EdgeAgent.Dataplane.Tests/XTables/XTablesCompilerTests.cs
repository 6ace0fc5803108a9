using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>What is compiled for x_tables decides, counts and logs every packet as the host policy says; what it cannot say is refused.</summary>
public sealed class XTablesCompilerTests
{
    private static readonly CompileOptions Plain = CompileOptions.Default with { Failsafes = [] };
    private static readonly HostPolicyShape Sayable = HostPolicyShape.Everything with { Wildcards = false };
    private static readonly PolicyReference Web = new("NetworkPolicy", "default", "web", "ingress[0]");

    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 10)];

    [Theory]
    [MemberData(nameof(Batches))]
    public void The_chains_decide_count_and_log_as_the_policy_says(int batch)
    {
        for (var seed = batch * 25; seed < (batch + 1) * 25; seed++)
        {
            var policy = RandomHostPolicy.Of(seed, Sayable);
            var expect = new Expect(policy, XTablesCompiler.Compile(policy, Plain), $"seed {seed}");
            foreach (var packet in new HostPolicyPackets(new Random(seed), policy).Take(150).Where(Exists))
                expect.SameDecision(packet);
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Many_members_in_blocks_of_all_lengths_are_told_apart(int batch)
    {
        var shape = Sayable with { Members = 300, Sets = 4, SideConditions = 5, Rules = 3, Blocks = 2 };
        for (var seed = 10_000 + (batch * 4); seed < 10_000 + ((batch + 1) * 4); seed++)
        {
            var policy = RandomHostPolicy.Of(seed, shape);
            var expect = new Expect(policy, XTablesCompiler.Compile(policy, Plain), $"seed {seed}");
            foreach (var packet in new HostPolicyPackets(new Random(seed), policy).Take(300).Where(Exists))
                expect.SameDecision(packet);
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void What_passes_through_a_host_is_decided_where_it_arrives_and_where_it_leaves_and_interfaces_are_told_apart(int batch)
    {
        for (var seed = 20_000 + (batch * 15); seed < 20_000 + ((batch + 1) * 15); seed++)
        {
            var policy = RandomHostPolicy.Of(seed, HostPolicyShape.Router with { Wildcards = false });
            var expect = new Expect(policy, XTablesCompiler.Compile(policy, Plain), $"seed {seed}");
            foreach (var packet in new HostPolicyPackets(new Random(seed), policy).Take(150).Where(Exists))
                expect.SameDecision(packet);
        }
    }

    [Theory]
    [InlineData(EnforcementMode.Audit)]
    [InlineData(EnforcementMode.Quarantine)]
    [InlineData(EnforcementMode.Off)]
    public void Modes_and_failsafes_are_those_of_nftables(EnforcementMode mode)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var policy = RandomHostPolicy.Of(seed, seed % 2 == 0 ? Sayable : HostPolicyShape.Router with { Wildcards = false }) with { Mode = mode };
            var options = CompileOptions.Default with { LongestPolicyName = XTablesCompiler.LongestPolicyName };
            var (nftables, xtables) = (RulesetCompiler.Compile(policy, options), XTablesCompiler.Compile(policy, options));
            foreach (var packet in new HostPolicyPackets(new Random(seed), policy).Take(60).Where(Exists))
            {
                foreach (var state in new[] { ConntrackStates.New, ConntrackStates.Established, ConntrackStates.Related, ConntrackStates.Invalid, ConntrackStates.Untracked })
                {
                    var hook = KernelPacket.HookOf(packet);
                    var seen = KernelPacket.Of(packet) with { State = state };
                    var (expected, actual) = (RulesetInterpreter.Run(nftables, hook, seen), XTablesInterpreter.Run(xtables, hook, seen));
                    Assert.Equal(expected.Accepted, actual.Accepted);
                    Assert.Equal(expected.Counters, actual.Counters);
                    Assert.Equal(expected.LogPrefixes, actual.LogPrefixes);
                }
            }
        }
    }

    [Fact]
    public void Loopback_passes_whatever_policy_says()
    {
        var closed = Policy(new Rule(Verdict.Deny, Web));
        var own = KernelPacket.Of(new Packet(Direction.Inbound, IpAddress.Parse("10.0.0.1"), IpAddress.Parse("10.0.0.1"), IpProtocol.Tcp, 80));
        Assert.True(XTablesInterpreter.Run(XTablesCompiler.Compile(closed, Plain), Hook.Input, own with { InputInterface = 1 }).Accepted);
        Assert.False(XTablesInterpreter.Run(XTablesCompiler.Compile(closed, Plain), Hook.Input, own).Accepted);
    }

    [Fact]
    public void A_flow_that_was_cut_is_dropped_also_where_it_is_established()
    {
        var open = XTablesCompiler.Compile(Policy(new Rule(Verdict.Allow, Web)), Plain);
        var packet = KernelPacket.Of(new Packet(Direction.Inbound, IpAddress.Parse("10.0.0.1"), IpAddress.Parse("10.0.0.2"), IpProtocol.Tcp, 80)) with { State = ConntrackStates.Established };
        Assert.True(XTablesInterpreter.Run(open, Hook.Input, packet).Accepted);
        Assert.False(XTablesInterpreter.Run(open, Hook.Input, packet with { ConnectionMark = CutMark.Bit }).Accepted);
    }

    [Fact]
    public void Names_fit_and_tell_apart()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var ruleset = XTablesCompiler.Compile(RandomHostPolicy.Of(seed, Sayable), Plain);
            Assert.All(ruleset.Sets.Keys, name => Assert.InRange(name.Length, 18, 29));
            Assert.All(ruleset.V4.Chains.Keys.Concat(ruleset.V6.Chains.Keys), name => Assert.InRange(name.Length, 11, 28));
            Assert.All(ruleset.Sets.Keys, name => Assert.StartsWith(XTablesRuleset.Prefix, name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_protocol_that_means_any_is_refused() => Refused(new Rule(Verdict.Allow, Web) { Protocol = new(new(0), false) }, "protocol number 0");

    [Fact]
    public void An_icmp_type_that_means_every_type_is_refused() =>
        Refused(new Rule(Verdict.Allow, Web) { Protocol = new(IpProtocol.Icmp, false), Icmp = new(255, null, false) }, "ICMP type 255");

    [Fact]
    public void A_rate_that_cannot_be_said_is_refused()
    {
        var refusal = Assert.Throws<UncompilablePolicyException>(() => XTablesCompiler.Compile(Policy(new Rule(Verdict.Deny, Web)), Plain with { LogPacketsPerSecond = 20_000 }));
        Assert.Contains("20000 packets a second", refusal.Message, StringComparison.Ordinal);
    }

    private static void Refused(Rule rule, string what)
    {
        var refusal = Assert.Throws<UncompilablePolicyException>(() => XTablesCompiler.Compile(Policy(rule), Plain));
        Assert.Contains(what, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("the nftables backend is needed", refusal.Message, StringComparison.Ordinal);
    }

    private static HostPolicy Policy(params Rule[] rules) => HostPolicy.Empty with
    {
        Inbound = [new Stage([new Branch(null, [new Block([.. rules], BlockEnd.Deny, Web)])])],
    };

    // ICMP in IPv6 and ICMPv6 in IPv4 are no traffic: x_tables looks at types in the family's own protocol alone.
    private static bool Exists(Packet packet) => packet.Protocol != (packet.Peer.Family == IpFamily.V4 ? IpProtocol.IcmpV6 : IpProtocol.Icmp);
}
