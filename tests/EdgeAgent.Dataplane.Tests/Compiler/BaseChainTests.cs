using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>What passes, or does not, whatever the policies say.</summary>
public sealed class BaseChainTests
{
    private static readonly HostPolicy Closed = HostPolicy.Empty with
    {
        Inbound = [new Stage([new Branch(null, [new Block([], BlockEnd.Deny, new("NetworkPolicy", "default", "closed", ""))])])],
        Outbound = [new Stage([new Branch(null, [new Block([], BlockEnd.Deny, new("NetworkPolicy", "default", "closed", ""))])])],
    };

    private static readonly Packet Web = new(Direction.Inbound, IpAddress.Parse("10.0.0.6"), IpAddress.Parse("10.0.0.9"), IpProtocol.Tcp, 80);

    [Fact]
    public void Known_connections_pass()
    {
        Assert.True(Run(Closed, Web, packet => packet with { State = ConntrackStates.Established }).Accepted);
        Assert.False(Run(Closed, Web).Accepted);
    }

    [Fact]
    public void Flows_that_were_cut_are_dropped_in_both_directions_before_anything_accepts_them_but_not_in_audit()
    {
        foreach (var direction in new[] { Direction.Inbound, Direction.Outbound })
        {
            var packet = Web with { Direction = direction };
            var run = Run(Closed, packet, each => each with { State = ConntrackStates.Established, ConnectionMark = CutMark.Bit | 7 });
            Assert.False(run.Accepted);
            Assert.Contains(CounterNames.Cut, run.Counters);
            Assert.True(Run(Closed, packet, each => each with { State = ConntrackStates.Established, ConnectionMark = ~CutMark.Bit }).Accepted);
            Assert.True(Run(Closed with { Mode = EnforcementMode.Audit }, packet, each => each with { State = ConntrackStates.Established, ConnectionMark = CutMark.Bit }).Accepted);
        }
    }

    [Fact]
    public void Related_packets_pass_only_as_icmp()
    {
        Assert.False(Run(Closed, Web, packet => packet with { State = ConntrackStates.Related }).Accepted);
        Assert.True(Run(Closed, Web with { Protocol = IpProtocol.Icmp, IcmpType = 3, IcmpCode = 4 }, packet => packet with { State = ConntrackStates.Related }).Accepted);
    }

    [Fact]
    public void Loopback_passes()
    {
        Assert.True(Run(Closed, Web, packet => packet with { InputInterface = 1 }).Accepted);
        Assert.True(Run(Closed, Web with { Direction = Direction.Outbound }, packet => packet with { OutputInterface = 1 }).Accepted);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(128, false)]
    [InlineData(129, false)]
    [InlineData(130, true)]
    [InlineData(135, true)]
    [InlineData(136, true)]
    [InlineData(137, false)]
    [InlineData(143, true)]
    public void Icmpv6_that_ipv6_needs_passes_untracked(byte type, bool passes)
    {
        foreach (var direction in new[] { Direction.Inbound, Direction.Outbound })
        {
            var packet = new Packet(direction, IpAddress.Parse("fd00::6"), IpAddress.Parse("fd00::9"), IpProtocol.IcmpV6) { IcmpType = type };
            Assert.Equal(passes, Run(Closed, packet, each => each with { State = ConntrackStates.Untracked }).Accepted);
        }
    }

    [Fact]
    public void Packets_of_no_connection_are_dropped_and_counted_but_not_in_audit_and_not_where_nothing_is_closed()
    {
        var allowed = Closed with { Inbound = [new Stage([new Branch("nobody", [])])], Sets = HostPolicy.Empty.Sets.Add("nobody", new("nobody", [])) };
        var outcome = Run(allowed, Web, Invalid);
        Assert.False(outcome.Accepted);
        Assert.Equal([CounterNames.Invalid], outcome.Counters);
        Assert.True(Run(allowed with { Mode = EnforcementMode.Audit }, Web, Invalid).Accepted);
        Assert.True(Run(allowed with { Inbound = [] }, Web, Invalid).Accepted);

        static KernelPacket Invalid(KernelPacket packet) => packet with { State = ConntrackStates.Invalid };
    }

    [Theory]
    [InlineData(EnforcementMode.Enforce)]
    [InlineData(EnforcementMode.Quarantine)]
    public void Failsafes_pass_and_nothing_beside_them(EnforcementMode mode)
    {
        var closed = Closed with { Mode = mode };
        Assert.Equal(["failsafe_ssh.in"], Run(closed, Web with { Port = 22 }).Counters);
        Assert.False(Run(closed, Web with { Port = 23 }).Accepted);
        Assert.True(Run(closed, Web with { Protocol = IpProtocol.Udp, Port = 68, SourcePort = 67 }).Accepted);
        Assert.False(Run(closed, Web with { Protocol = IpProtocol.Udp, Port = 68, SourcePort = 66 }).Accepted);
        Assert.True(Run(closed, new(Direction.Inbound, IpAddress.Parse("fe80::1"), IpAddress.Parse("fe80::2"), IpProtocol.Udp, 546) { SourcePort = 547 }).Accepted);
        Assert.False(Run(closed, new(Direction.Inbound, IpAddress.Parse("fd00::1"), IpAddress.Parse("fd00::2"), IpProtocol.Udp, 546) { SourcePort = 547 }).Accepted);
        Assert.True(Run(closed, Web with { Direction = Direction.Outbound, Protocol = IpProtocol.Udp, Port = 53 }).Accepted);
        Assert.False(Run(closed, Web with { Direction = Direction.Outbound, Port = 80 }).Accepted);
    }

    [Fact]
    public void Quarantine_closes_what_policy_allows_and_off_opens_what_it_denies()
    {
        Assert.True(Run(HostPolicy.Empty, Web).Accepted);
        Assert.False(Run(HostPolicy.Empty with { Mode = EnforcementMode.Quarantine }, Web).Accepted);
        Assert.True(Run(Closed with { Mode = EnforcementMode.Off }, Web).Accepted);
    }

    [Fact]
    public void A_denied_packet_is_logged_with_direction_and_policy()
    {
        var prefix = Assert.Single(Run(Closed, Web).LogPrefixes);
        Assert.True(LogPrefix.TryParse(prefix, out var parsed));
        Assert.Equal(new LogPrefix(Direction.Inbound, Verdict.Deny, "default/closed"), parsed);
        Assert.False(LogPrefix.TryParse("kernel: in deny", out _));
    }

    [Fact]
    public void Through_a_host_pass_known_connections_and_no_failsafe_and_the_hook_is_there_only_where_it_is_needed()
    {
        var router = Closed with { ForwardIn = Closed.Inbound, Mode = EnforcementMode.Quarantine };
        var passing = Web.Forwarded("eth0", "eth1") with { Port = 22 };
        Assert.False(Run(router, passing).Accepted);
        Assert.True(Run(router with { Mode = EnforcementMode.Off }, passing).Accepted);
        Assert.True(Run(router, passing, packet => packet with { State = ConntrackStates.Established }).Accepted);
        Assert.False(Run(router, passing, packet => packet with { State = ConntrackStates.Established, ConnectionMark = CutMark.Bit }).Accepted);
        Assert.False(Run(router, passing, packet => packet with { State = ConntrackStates.Invalid }).Accepted);
        Assert.True(Run(router, passing with { Protocol = IpProtocol.Icmp, IcmpType = 3, IcmpCode = 4 }, packet => packet with { State = ConntrackStates.Related }).Accepted);
        Assert.Equal(["default/closed_denied.in", "denied.in"], Run(router, passing).Counters);

        // Quarantine is about the host's own traffic.
        Assert.True(Run(router with { ForwardIn = [new Stage([])] }, passing).Accepted);
        Assert.True(Run(Closed, passing).Accepted);
        Assert.DoesNotContain(RulesetCompiler.Compile(Closed, CompileOptions.Default).Chains.Values, chain => chain.Hook?.Hook == Hook.Forward);
        Assert.Contains(RulesetCompiler.Compile(router, CompileOptions.Default).Chains.Values, chain => chain.Hook?.Hook == Hook.Forward);
    }

    [Fact]
    public void In_audit_a_packet_through_a_host_is_counted_where_it_would_not_arrive_and_where_it_would_not_leave()
    {
        var router = HostPolicy.Empty with { ForwardIn = Closed.Inbound, ForwardOut = Closed.Outbound, Mode = EnforcementMode.Audit };
        var outcome = Run(router, Web.Forwarded("eth0", "eth1"));
        Assert.True(outcome.Accepted);
        Assert.Equal(["default/closed_denied.in", "denied.in", "default/closed_denied.out", "denied.out"], outcome.Counters);
    }

    [Fact]
    public void Packets_of_no_connection_are_dropped_at_the_interfaces_that_stages_are_about()
    {
        var one = HostPolicy.Empty with { Inbound = [Closed.Inbound[0] with { Interface = InterfaceMatch.Only("eth1") }] };
        Assert.True(Run(one, Web, Invalid).Accepted);
        Assert.False(Run(one, Web with { Interface = "eth1" }, Invalid).Accepted);
        Assert.False(Run(one with { Inbound = [one.Inbound[0], Closed.Inbound[0]] }, Web, Invalid).Accepted);

        static KernelPacket Invalid(KernelPacket packet) => packet with { State = ConntrackStates.Invalid };
    }

    private static Outcome Run(HostPolicy policy, Packet packet, Func<KernelPacket, KernelPacket>? change = null)
    {
        var ruleset = RulesetCompiler.Compile(policy, CompileOptions.Default);
        var sent = KernelPacket.Of(packet);
        return RulesetInterpreter.Run(ruleset, KernelPacket.HookOf(packet), change?.Invoke(sent) ?? sent);
    }
}
