using System.Net;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;
using static EdgeAgent.Kernel.Tests.SampleRulesets;

namespace EdgeAgent.Kernel.Tests;

/// <summary>Rules of the model on real packets: two namespaces, the rules at the server.</summary>
public sealed class PacketTests : IDisposable
{
    private const int Allowed = 9080, Denied = 9081;
    private readonly NamespacePair _pair = new();
    private readonly EchoServer _allowed;
    private readonly EchoServer _denied;
    private readonly NetfilterKernel _kernel;

    public PacketTests()
    {
        _allowed = new EchoServer(_pair.Server, Allowed);
        _denied = new EchoServer(_pair.Server, Denied);
        _kernel = new NetfilterKernel(_pair.Server.Path);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _allowed.Dispose();
        _denied.Dispose();
        _pair.Dispose();
    }

    [Fact]
    public void Before_any_rule_all_is_answered()
    {
        foreach (var to in new[] { _pair.ServerV4, _pair.ServerV6 })
        {
            Assert.Equal(ProbeResult.Answered, Probe.Tcp(_pair.Client, to, Denied, Probe.Patience));
            Assert.Equal(ProbeResult.Answered, Probe.Udp(_pair.Client, to, Denied, Probe.Patience));
            Assert.Equal(ProbeResult.Answered, Probe.Ping(_pair.Client, to, Probe.Patience));
            Assert.Equal(ProbeResult.Refused, Probe.Tcp(_pair.Client, to, 1, Probe.Patience));
        }

        Assert.Empty(_kernel.ReadCounters());
    }

    [Fact]
    public void Peers_in_the_map_are_accepted_and_counted_others_dropped_and_counted()
    {
        var stranger = _pair.AddClientAddress("10.99.0.77");
        _kernel.Commit(Installation.Of(PortPolicy(_pair.ClientV4, _pair.ClientV6)));
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_pair.Client, _pair.ServerV4, Allowed, Probe.Patience));
        Assert.Equal(ProbeResult.Answered, Probe.Udp(_pair.Client, _pair.ServerV4, Allowed, Probe.Patience));
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_pair.Client, _pair.ServerV6, Allowed, Probe.Patience));
        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_pair.Client, _pair.ServerV4, Denied, Probe.Silence));
        Assert.Equal(ProbeResult.Silent, Probe.Udp(_pair.Client, _pair.ServerV6, Denied, Probe.Silence));
        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_pair.Client, _pair.ServerV4, Allowed, Probe.Silence, stranger));

        var counters = _kernel.ReadCounters();
        // The accepted packets are the first of each flow; a lost SYN may be sent again.
        Assert.True(counters["allowed"].Packets >= 3, $"allowed: {counters["allowed"]}");
        Assert.True(counters["denied"].Packets >= 3, $"denied: {counters["denied"]}");
        Assert.True(counters["denied"].Bytes >= counters["denied"].Packets * 28);

        _kernel.DeleteTable();
        Assert.Equal(ProbeResult.Answered, Probe.Tcp(_pair.Client, _pair.ServerV4, Denied, Probe.Patience));
    }

    [Fact]
    public void A_refusal_is_answered_at_once()
    {
        _kernel.Commit(Installation.Of(Installation.Ruleset([], [],
        [
            new Chain("input", new BaseHook(Hook.Input, -5),
            [
                Rule(null, [new LoadMeta(MetaKey.TransportProtocol, First), Is(First, 6), new Reject(RejectKind.TcpReset)]),
                Rule(null, [new LoadMeta(MetaKey.TransportProtocol, First), Is(First, 17), new Reject(RejectKind.AdministrativelyProhibited)]),
            ]),
        ])));
        Assert.Equal(ProbeResult.Refused, Probe.Tcp(_pair.Client, _pair.ServerV4, Allowed, Probe.Patience));
        Assert.Equal(ProbeResult.Refused, Probe.Tcp(_pair.Client, _pair.ServerV6, Allowed, Probe.Patience));
        Assert.NotEqual(ProbeResult.Answered, Probe.Udp(_pair.Client, _pair.ServerV4, Allowed, Probe.Silence));
    }

    [Fact]
    public async Task Denied_packets_reach_the_log_group_with_prefix_direction_and_addresses()
    {
        using var log = new PacketLog(new PacketLogOptions(4242) { NetworkNamespace = _pair.Server.Path, FlushInterval = TimeSpan.FromMilliseconds(10) });
        _kernel.Commit(Installation.Of(PortPolicy(_pair.ClientV4, _pair.ClientV6)));
        Assert.Equal(ProbeResult.Silent, Probe.Tcp(_pair.Client, _pair.ServerV4, Denied, Probe.Silence));
        Assert.Equal(ProbeResult.Silent, Probe.Udp(_pair.Client, _pair.ServerV6, Denied, Probe.Silence));

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var heard = new List<LoggedPacket>();
        await foreach (var packet in log.ReadAsync(limit.Token))
        {
            heard.Add(packet);
            if (heard.Exists(static p => p.Headers.Protocol.Number == 17) && heard.Exists(static p => p.Headers.Protocol.Number == 6))
                break;
        }

        var tcp = heard.First(static p => p.Headers.Protocol.Number == 6);
        Assert.Equal(("in:denied", Hook.Input, _pair.ClientV4.ToString(), _pair.ServerV4.ToString(), (ushort)Denied), (tcp.Prefix, tcp.Hook, tcp.Headers.Source.ToString(), tcp.Headers.Destination.ToString(), tcp.Headers.DestinationPort));
        Assert.NotEqual(0, tcp.Headers.SourcePort);
        Assert.NotEqual(0u, tcp.InputInterface);
        Assert.Equal(0u, tcp.OutputInterface);
        var udp = heard.First(static p => p.Headers.Protocol.Number == 17);
        Assert.Equal((_pair.ClientV6.ToString(), _pair.ServerV6.ToString(), (ushort)Denied), (udp.Headers.Source.ToString(), udp.Headers.Destination.ToString(), udp.Headers.DestinationPort));
        Assert.Equal(0, log.Overruns);
    }

    [Fact]
    public void A_log_group_has_one_listener()
    {
        using var log = new PacketLog(new PacketLogOptions(4243) { NetworkNamespace = _pair.Server.Path });
        var error = Assert.Throws<Netlink.NetlinkException>(() => new PacketLog(new PacketLogOptions(4243) { NetworkNamespace = _pair.Server.Path }));
        Assert.Equal((Netlink.Errno.EPERM, "bind log group 4243"), (error.Errno, error.Operation));
    }

    private static Ruleset PortPolicy(IPAddress peer4, IPAddress peer6) => Installation.Ruleset(
        ["allowed", "denied"],
        [
            Set(Peers4, One(peer4.GetAddressBytes(), Counted("allowed"))),
            Set(Peers6, One(peer6.GetAddressBytes(), Counted("allowed"))),
            Set(Ports, One(Key((byte)6, Allowed), Goes(ChainVerdict.Goto("service"))), One(Key((byte)17, Allowed), Goes(ChainVerdict.Goto("service")))),
        ],
        [
            new Chain("input", new BaseHook(Hook.Input, -5),
            [
                Rule(null, [.. StateIn(ConntrackStates.Established | ConntrackStates.Related), new Decide(ChainVerdict.Accept)]),
                // Neighbour discovery is never denied.
                Rule(null, [new LoadMeta(MetaKey.TransportProtocol, First), Is(First, 58), new Decide(ChainVerdict.Accept)]),
                Rule(null, [new LoadMeta(MetaKey.TransportProtocol, First), new LoadPayload(PayloadBase.Transport, 2, 2, Second), new LookupVerdict(Ports.Name, First)]),
                Rule(null, new Decide(ChainVerdict.Goto("deny"))),
            ]),
            new Chain("service", null,
            [
                Rule(null, [.. IsIpv4, new LoadPayload(PayloadBase.Network, 12, 4, First), new CountByMap(Peers4.Name, First), new Decide(ChainVerdict.Accept)]),
                Rule(null, [.. IsIpv6, new LoadPayload(PayloadBase.Network, 8, 16, First), new CountByMap(Peers6.Name, First), new Decide(ChainVerdict.Accept)]),
                Rule(null, new Decide(ChainVerdict.Goto("deny"))),
            ]),
            new Chain("deny", null,
            [
                Rule(null, [new Limit(50, 100), new LogToGroup(4242, "in:denied", 96, 1)]),
                Rule(null, [new Count("denied"), new Decide(ChainVerdict.Drop)]),
            ]),
        ]);
}
