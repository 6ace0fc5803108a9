using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

public sealed class FlowJudgeTests
{
    private static readonly IpProtocol[] Protocols = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp, IpProtocol.Icmp, new(47)];

    [Fact]
    public void It_says_what_the_reference_evaluator_says_in_random_worlds()
    {
        var denied = 0;
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var policy = RandomPolicies.Make(random);
            var judge = new FlowJudge(new(PolicyVersion.Of(policy), []), RandomPolicies.InterfaceOf);
            for (var i = 0; i < 60; i++)
            {
                var packet = RandomPacket(random);
                packet = packet with { Interface = RandomPolicies.InterfaceOf(packet.Peer) };
                if (random.Next(3) == 0)
                    packet = packet with { Direction = Direction.Inbound, LeavesBy = RandomPolicies.InterfaceOf(packet.Self) };
                var expected = HostPolicyEvaluator.Allows(policy, packet);
                var flow = new HostFlow(packet.Direction, packet.Self, packet.Peer, packet.Protocol, packet.Port, packet.SourcePort, packet.IcmpType, packet.IcmpCode) { IsForwarded = packet.IsForwarded };
                Assert.True(judge.Allows(flow) == expected, $"seed {seed}: {flow} expected {expected}");
                denied += expected ? 0 : 1;
            }
        }

        Assert.InRange(denied, 3000, 15000);
    }

    [Fact]
    public void Failsafes_pass_whatever_the_policy_says()
    {
        var closed = Policies.InboundOnly(1, 80, "10.0.0.1");
        var judge = new FlowJudge(new(PolicyVersion.Of(closed), EffectiveFailsafes.Of(Failsafe.Defaults, null, [new(IpAddress.Parse("10.0.0.9"), 7400)])), NoInterface);
        Assert.True(judge.Allows(Inbound("10.0.0.7", 22)));
        Assert.False(judge.Allows(Inbound("10.0.0.7", 23)));
        Assert.True(judge.Allows(Outbound("10.0.0.9", 7400)));
        Assert.False(judge.Allows(Outbound("10.0.0.9", 7401)));
        Assert.False(judge.Allows(Outbound("10.0.0.8", 7400)));
        var dhcp = Inbound("10.0.0.7", 68) with { Protocol = IpProtocol.Udp, SourcePort = 67 };
        Assert.True(judge.Allows(dhcp));
        Assert.False(judge.Allows(dhcp with { SourcePort = 68 }));
    }

    [Theory]
    [InlineData(EnforcementMode.Off, true, true)]
    [InlineData(EnforcementMode.Audit, true, true)]
    [InlineData(EnforcementMode.Enforce, true, false)]
    [InlineData(EnforcementMode.Quarantine, false, false)]
    public void Modes_decide_as_the_table_does(EnforcementMode mode, bool allowedPeer, bool otherPeer)
    {
        var judge = new FlowJudge(new(PolicyVersion.Of(Policies.Inbound(1, 80, "10.0.0.1") with { Mode = mode }), []), NoInterface);
        Assert.Equal(allowedPeer, judge.Allows(Inbound("10.0.0.1", 80)));
        Assert.Equal(otherPeer, judge.Allows(Inbound("10.0.0.2", 80)));
    }

    [Fact]
    public void A_tracked_connection_is_seen_as_our_chains_saw_its_first_packet()
    {
        var own = new HashSet<IpAddress> { Ip("10.0.0.6"), Ip("127.0.0.1"), Ip("fd00::6") };
        Assert.Equal(Inbound("10.0.0.1", 80), HostFlow.Of(Tracked("10.0.0.1", 40000, "10.0.0.6", 80), own, Listens));
        Assert.Equal(Outbound("10.0.0.1", 80), HostFlow.Of(Tracked("10.0.0.6", 40000, "10.0.0.1", 80), own, Listens));

        // To itself, and through it.
        Assert.Null(HostFlow.Of(Tracked("10.0.0.6", 40000, "127.0.0.1", 80), own, Listens));
        Assert.Equal(Forwarded("10.0.0.1", "10.0.0.2", 80), HostFlow.Of(Tracked("10.0.0.1", 40000, "10.0.0.2", 80), own, Listens));

        // A published container port: the answer comes from elsewhere, so that it was forwarded. Source translation comes after our chain.
        Assert.Equal(Forwarded("10.0.0.1", "172.17.0.2", 8080), HostFlow.Of(Tracked("10.0.0.1", 40000, "10.0.0.6", 80) with { Reply = Tuple("172.17.0.2", 8080, "10.0.0.1", 40000) }, own, Listens));
        Assert.Equal(Forwarded("172.17.0.2", "10.0.0.1", 80), HostFlow.Of(Tracked("172.17.0.2", 40000, "10.0.0.1", 80) with { Reply = Tuple("10.0.0.1", 80, "10.0.0.6", 1024) }, own, Listens));

        // Redirected to another port of the host itself: our chain sees the port behind it.
        Assert.Equal(Inbound("10.0.0.1", 8080), HostFlow.Of(Tracked("10.0.0.1", 40000, "10.0.0.6", 80) with { Reply = Tuple("10.0.0.6", 8080, "10.0.0.1", 40000) }, own, Listens));

        // Source translation on the way out comes after our chain.
        Assert.Equal(Outbound("10.0.0.1", 80), HostFlow.Of(Tracked("10.0.0.6", 40000, "10.0.0.1", 80) with { Reply = Tuple("10.0.0.1", 80, "192.0.2.1", 1024) }, own, Listens));
    }

    [Fact]
    public void A_connection_that_is_tracked_since_its_middle_is_seen_in_the_direction_that_it_was_opened_in()
    {
        var own = new HashSet<IpAddress> { Ip("10.0.0.6") };

        // The host's server, or the client's server, happened to send first.
        Assert.Equal(Inbound("10.0.0.1", 80), HostFlow.Of(Tracked("10.0.0.6", 80, "10.0.0.1", 40000) with { PickedUp = true }, own, Listens));
        Assert.Equal(Outbound("10.0.0.1", 80), HostFlow.Of(Tracked("10.0.0.1", 80, "10.0.0.6", 40000) with { PickedUp = true }, own, Listens));

        // Whoever opened it sent first.
        Assert.Equal(Inbound("10.0.0.1", 80), HostFlow.Of(Tracked("10.0.0.1", 40000, "10.0.0.6", 80) with { PickedUp = true }, own, Listens));
        Assert.Equal(Outbound("10.0.0.1", 80), HostFlow.Of(Tracked("10.0.0.6", 40000, "10.0.0.1", 80) with { PickedUp = true }, own, Listens));

        // One that is tracked since its beginning needs no such guess.
        Assert.Equal(Outbound("10.0.0.1", 40000) with { SourcePort = 80 }, HostFlow.Of(Tracked("10.0.0.6", 80, "10.0.0.1", 40000), own, Listens));
    }

    [Fact]
    public void What_passes_through_the_host_meets_its_forward_stages_alone_and_only_if_a_route_leads_on()
    {
        var closed = new Stage([new Branch(null, [new Block([], BlockEnd.Deny, Policies.Reference)])]);
        var policy = Policies.InboundOnly(1, 80) with { ForwardOut = [closed with { Interface = InterfaceMatch.Only("eth1") }], Mode = EnforcementMode.Quarantine };
        var flow = Forwarded("10.0.0.1", "10.0.0.2", 22);
        Assert.False(Judge(policy, _ => "eth1").Allows(flow));
        Assert.True(Judge(policy, _ => "eth0").Allows(flow));
        Assert.True(Judge(policy with { Mode = EnforcementMode.Audit }, _ => "eth1").Allows(flow));
        Assert.True(Judge(policy with { ForwardOut = [] }, _ => "eth1").Allows(flow));

        // A broadcast, for instance.
        Assert.True(Judge(policy, address => address == Ip("10.0.0.2") ? null : "eth1").Allows(flow));

        FlowJudge Judge(HostPolicy policy, Func<IpAddress, string?> interfaceOf) => new(new(PolicyVersion.Of(policy), Failsafe.Defaults), interfaceOf);
    }

    private static string? NoInterface(IpAddress address) => null;

    private static HostFlow Forwarded(string from, string to, ushort port) => new(Direction.Inbound, Ip(to), Ip(from), IpProtocol.Tcp, port, 40000) { IsForwarded = true };

    private static bool Listens(ushort port) => port == 80;

    private static IpAddress Ip(string text) => IpAddress.Parse(text);

    private static HostFlow Inbound(string peer, ushort port) => new(Direction.Inbound, Ip("10.0.0.6"), Ip(peer), IpProtocol.Tcp, port, 40000);

    private static HostFlow Outbound(string peer, ushort port) => new(Direction.Outbound, Ip("10.0.0.6"), Ip(peer), IpProtocol.Tcp, port, 40000);

    private static FlowTuple Tuple(string from, ushort fromPort, string to, ushort toPort) =>
        new() { Source = Ip(from), Destination = Ip(to), Protocol = IpProtocol.Tcp, SourcePort = fromPort, DestinationPort = toPort };

    private static Flow Tracked(string from, ushort fromPort, string to, ushort toPort) =>
        new() { Original = Tuple(from, fromPort, to, toPort), Reply = Tuple(to, toPort, from, fromPort), Status = 0, Id = 1 };

    private static Packet RandomPacket(Random random) =>
        new(random.Next(2) == 0 ? Direction.Inbound : Direction.Outbound, Ip($"10.0.0.{random.Next(4)}"), Ip($"10.0.0.{random.Next(8)}"), Protocols[random.Next(Protocols.Length)], (ushort)random.Next(5))
        {
            SourcePort = (ushort)random.Next(3),
            IcmpType = (byte)(random.Next(2) * 8),
            IcmpCode = (byte)random.Next(2),
        };
}
