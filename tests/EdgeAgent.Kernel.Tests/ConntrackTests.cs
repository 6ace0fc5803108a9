using System.Net;
using System.Net.Sockets;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;
using static EdgeAgent.Kernel.Tests.SampleRulesets;

namespace EdgeAgent.Kernel.Tests;

public sealed class ConntrackTests : IDisposable
{
    private const int Port = 9080;
    private readonly NamespacePair _pair = new();
    private readonly EchoServer _server;
    private readonly NetfilterKernel _kernel;
    private readonly ConntrackTable _conntrack;

    public ConntrackTests()
    {
        _server = new EchoServer(_pair.Server, Port);
        _kernel = new NetfilterKernel(_pair.Server.Path);
        _conntrack = new ConntrackTable(_pair.Server.Path);
        // Any look at the state makes the kernel track connections here.
        _kernel.Commit(new Transaction(
        [
            new CreateTable(false),
            new CreateChain("input", new BaseHook(Hook.Input, -5)),
            new CreateChain("output", new BaseHook(Hook.Output, -5)),
            .. Established,
        ]));
        _pair.Server.Sysctl("net/netfilter/nf_conntrack_acct", "1");
    }

    public void Dispose()
    {
        _conntrack.Dispose();
        _kernel.Dispose();
        _server.Dispose();
        _pair.Dispose();
    }

    [Theory]
    [InlineData(ProtocolType.Tcp, false)]
    [InlineData(ProtocolType.Udp, false)]
    [InlineData(ProtocolType.Tcp, true)]
    [InlineData(ProtocolType.Udp, true)]
    public void A_forgotten_flow_is_cut_and_no_other(ProtocolType protocol, bool v6)
    {
        var to = v6 ? _pair.ServerV6 : _pair.ServerV4;
        using var cut = Open(to, protocol);
        using var kept = Open(to, protocol);
        var flow = FlowOf(cut);
        Assert.Equal(new IpProtocol((byte)protocol), flow.Original.Protocol);
        Assert.Equal((ushort)Port, flow.Original.DestinationPort);
        Assert.True(flow.OriginalTraffic is { Packets: > 0, Bytes: > 0 }, $"no counters: {flow}");

        Deny();
        Assert.True(Probe.TryExchange(cut, Probe.Patience));
        Assert.Equal(1, _conntrack.Forget([FlowOf(cut)]));
        Assert.False(Probe.TryExchange(cut, Probe.Silence));
        Assert.True(Probe.TryExchange(kept, Probe.Patience));
        Assert.DoesNotContain(_conntrack.ReadAll(), f => f.Id == flow.Id);
        Assert.Equal(0, _conntrack.Forget([flow]));
    }

    [Theory]
    [InlineData(ProtocolType.Tcp)]
    [InlineData(ProtocolType.Udp)]
    public void A_marked_flow_is_cut_by_a_rule_and_no_other(ProtocolType protocol)
    {
        using var cut = Open(_pair.ServerV4, protocol);
        using var kept = Open(_pair.ServerV4, protocol);
        _kernel.Commit(new Transaction(
        [
            new FlushChain("input"),
            new FlushChain("output"),
            .. new[] { "input", "output" }.Select(static chain => new AppendRule(chain, Rule(null,
            [
                new LoadConntrack(ConntrackKey.Mark, First),
                new Bitwise(First, First, EquatableArray.Create<byte>(Host32(0x100)), EquatableArray.Create<byte>(new byte[4])),
                new Compare(First, CompareOperator.NotEqual, EquatableArray.Create<byte>(new byte[4])),
                new Decide(ChainVerdict.Drop),
            ]))),
        ]));
        Assert.True(Probe.TryExchange(cut, Probe.Patience));
        Assert.Equal(1, _conntrack.SetMark([FlowOf(cut)], 0x1100, 0x0100));
        Assert.Equal(0x100u, FlowOf(cut).Mark);
        Assert.False(Probe.TryExchange(cut, Probe.Silence));
        Assert.True(Probe.TryExchange(kept, Probe.Patience));
        Assert.Equal(1, _conntrack.SetMark([FlowOf(cut)], 0, 0x0100));
        Assert.Equal(0u, FlowOf(kept).Mark);
    }

    [Fact]
    public void Of_many_flows_those_that_are_gone_are_left_out_wherever_they_stand()
    {
        var (from, to) = (Address(_pair.ClientV4), Address(_pair.ServerV4));
        foreach (var port in Enumerable.Range(20_000, 600))
            _conntrack.Adopt(new FlowTuple { Source = from, Destination = to, Protocol = IpProtocol.Tcp, SourcePort = (ushort)port, DestinationPort = Port }, 1_000);
        var flows = _conntrack.ReadAll().Where(static flow => flow.Original.DestinationPort == Port).ToList();
        Assert.Equal(600, flows.Count);
        Assert.Equal(4, _conntrack.Forget([flows[0], flows[255], flows[256], flows[^1]]));
        Assert.Equal(596, _conntrack.SetMark(flows, 0x4000_0000, 0x4000_0000));
        Assert.Equal(596, _conntrack.Read(new FlowFilter(null) { Mark = 0x4000_0000 }).Count);
        Assert.Equal(0, _conntrack.SetMark([], 1, 1));
    }

    [Fact]
    public void A_filter_forgets_what_it_means_and_nothing_else()
    {
        using var other = new EchoServer(_pair.Server, Port + 1);
        var second = _pair.AddClientAddress("10.99.0.77");
        using var meant = Open(_pair.ServerV4, ProtocolType.Tcp);
        using var otherProtocol = Open(_pair.ServerV4, ProtocolType.Udp);
        using var otherPort = Open(_pair.ServerV4, ProtocolType.Tcp, Port + 1);
        using var otherSource = Open(_pair.ServerV4, ProtocolType.Tcp, Port, second);
        using var otherFamily = Open(_pair.ServerV6, ProtocolType.Tcp);
        var filter = new FlowFilter(IpFamily.V4) { Source = Address(_pair.ClientV4), Destination = Address(_pair.ServerV4), Protocol = IpProtocol.Tcp, DestinationPort = Port };

        Assert.Equal([FlowOf(meant).Original], _conntrack.Read(filter).Select(static f => f.Original));
        var before = _conntrack.ReadAll().Select(static f => f.Id).Order().ToList();
        var gone = FlowOf(meant).Id;
        _conntrack.Forget(filter);
        Assert.Equal(before.Where(id => id != gone), _conntrack.ReadAll().Select(static f => f.Id).Order());

        Assert.Equal(2, _conntrack.Read(filter with { Source = null, DestinationPort = null, Protocol = IpProtocol.Tcp }).Count);
        Assert.Single(_conntrack.Read(new FlowFilter(IpFamily.V6) { Protocol = IpProtocol.Tcp }));
        Assert.Single(_conntrack.Read(new FlowFilter(IpFamily.V6) { Source = Address(_pair.ClientV6) }), flow => flow.Original.Protocol == IpProtocol.Tcp);
        Assert.Empty(_conntrack.Read(new FlowFilter(IpFamily.V6) { Source = Address(_pair.ServerV6), Protocol = IpProtocol.Tcp }));
        Assert.Equal(2, _conntrack.Read(new FlowFilter(IpFamily.V4) { Protocol = IpProtocol.Tcp, AnsweringPort = Port + 1 }).Count + _conntrack.Read(new FlowFilter(IpFamily.V6) { Protocol = IpProtocol.Tcp, AnsweringPort = Port }).Count);
        Assert.Equal(3, _conntrack.Read(new FlowFilter(IpFamily.V4) { Answerer = Address(_pair.ServerV4) }).Count(flow => flow.Original.Protocol.HasPorts));
        Assert.Equal(1, _conntrack.SetMark([FlowOf(otherPort)], 0x8000_0000, 0x8000_0000));
        Assert.Equal([FlowOf(otherPort).Id], _conntrack.Read(new FlowFilter(null) { Mark = 0x8000_0000 }).Select(static f => f.Id));
        var others = _conntrack.ReadAll().Where(static f => f.Original.Source.Family == IpFamily.V4).Select(static f => f.Id).Order().ToList();
        _conntrack.Forget(new FlowFilter(IpFamily.V6) { Source = Address(_pair.ClientV6) });
        Assert.Empty(_conntrack.Read(new FlowFilter(IpFamily.V6) { Protocol = IpProtocol.Tcp }));
        Assert.Equal(others, _conntrack.ReadAll().Where(static f => f.Original.Source.Family == IpFamily.V4).Select(static f => f.Id).Order());
        Assert.Single(_conntrack.Read(new FlowFilter(IpFamily.V4) { Source = Address(second) }));
        Assert.Single(_conntrack.Read(new FlowFilter(IpFamily.V4) { Protocol = IpProtocol.Udp, SourcePort = (ushort)((IPEndPoint)otherProtocol.LocalEndPoint!).Port }));
    }

    [Fact]
    public void A_filter_that_means_everything_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _conntrack.Forget(new FlowFilter(IpFamily.V4)));
        Assert.Throws<ArgumentException>(() => _conntrack.Forget(new FlowFilter(IpFamily.V4) { DestinationPort = 80 }));
        Assert.Throws<ArgumentException>(() => _conntrack.Forget(new FlowFilter(null) { Protocol = IpProtocol.Tcp }));
        Assert.Throws<ArgumentException>(() => _conntrack.Forget(new FlowFilter(IpFamily.V4) { Mark = 0 }));
        Assert.Throws<ArgumentException>(() => _conntrack.Forget(new FlowFilter(IpFamily.V6) { Source = Address(_pair.ClientV4) }));
    }

    [Fact]
    public void Pings_are_flows_too_and_can_be_forgotten()
    {
        Assert.Equal(ProbeResult.Answered, Probe.Ping(_pair.Client, _pair.ServerV4, Probe.Patience));
        Assert.Equal(ProbeResult.Answered, Probe.Ping(_pair.Client, _pair.ServerV6, Probe.Patience));
        var pings = _conntrack.ReadAll().Where(static f => f.Original.Protocol.HasIcmpType && f.Original.IcmpIdentifier == 1).ToList();
        Assert.Equal([(byte)8, (byte)128], pings.Select(static f => f.Original.IcmpType).Order());
        Assert.Equal(pings.Count, _conntrack.Forget(pings));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sockets_of_a_peer_lead_to_its_flows(bool v6)
    {
        // The server listens for both families, so that its IPv4 connections are of IPv6 sockets.
        var to = v6 ? _pair.ServerV6 : _pair.ServerV4;
        using var sockets = new SocketTable(_pair.Server.Path);
        using var one = Open(to, ProtocolType.Tcp);
        using var two = Open(to, ProtocolType.Tcp);
        using var udp = Open(to, ProtocolType.Udp);
        using var other = Open(v6 ? _pair.ServerV4 : _pair.ServerV6, ProtocolType.Tcp);
        using var elsewhere = Open(_pair.ServerV4, ProtocolType.Tcp, source: _pair.AddClientAddress("10.99.0.77"));

        var peer = Address(v6 ? _pair.ClientV6 : _pair.ClientV4);
        var found = sockets.ConnectedTo(peer);
        Assert.All(found, tuple => Assert.Equal((Address(to), peer, (ushort)Port), (tuple.Source, tuple.Destination, tuple.SourcePort)));
        Assert.Equal(
            new[] { one, two }.Select(socket => FlowOf(socket).Id).Order(),
            found.Select(tuple => Assert.IsType<Flow>(_conntrack.Find(tuple)).Id).Order());
        Assert.Empty(sockets.ConnectedTo(IpAddress.Parse("10.99.0.78")));
        Assert.Null(_conntrack.Find(found[0] with { SourcePort = 1 }));
    }

    [Theory]
    [InlineData(ProtocolType.Tcp, false)]
    [InlineData(ProtocolType.Udp, false)]
    [InlineData(ProtocolType.Tcp, true)]
    [InlineData(ProtocolType.Udp, true)]
    public async Task What_befalls_a_flow_is_told(ProtocolType protocol, bool v6)
    {
        using var monitor = new FlowMonitor(Enum.GetValues<FlowEventKind>(), _pair.Server.Path);
        using var onlyEnds = new FlowMonitor([FlowEventKind.Gone], _pair.Server.Path);
        using var socket = Open(v6 ? _pair.ServerV6 : _pair.ServerV4, protocol);
        var flow = FlowOf(socket);
        Assert.Equal(1, _conntrack.SetMark([flow], 0x100, 0x100));
        Assert.Equal(1, _conntrack.Forget([flow]));

        var told = await UntilGoneAsync(monitor, flow);
        Assert.Equal(FlowEventKind.New, told[0].Kind);
        Assert.Contains(told, each => each.Kind == FlowEventKind.Updated && each.Flow.Mark == 0x100);
        Assert.All(told, each => Assert.Equal((flow.Original, flow.Reply), (each.Flow.Original, each.Flow.Reply)));
        Assert.Single(await UntilGoneAsync(onlyEnds, flow));
        Assert.Equal((0, 0), (monitor.Overruns, onlyEnds.Overruns));
    }

    private static async Task<List<FlowEvent>> UntilGoneAsync(FlowMonitor monitor, Flow flow)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var told = new List<FlowEvent>();
        await foreach (var each in monitor.ReadAsync(patience.Token).Where(each => each.Flow.Id == flow.Id))
        {
            told.Add(each);
            if (each.Kind == FlowEventKind.Gone)
                break;
        }

        return told;
    }

    [Fact]
    public void The_use_counts_entries()
    {
        using var flow = Open(_pair.ServerV4, ProtocolType.Tcp);
        var use = _conntrack.ReadUse();
        Assert.Equal(_conntrack.ReadAll().Count, use.Entries);
        Assert.True(use.Limit > use.Entries);
    }

    private static IpAddress Address(IPAddress address) => IpAddress.Parse(address.ToString());

    private static readonly Operation[] Established =
    [
        .. new[] { "input", "output" }.SelectMany(static chain => new Operation[]
        {
            new AppendRule(chain, Rule(null, [.. StateIn(ConntrackStates.Established | ConntrackStates.Related), new Decide(ChainVerdict.Accept)])),
            new AppendRule(chain, Rule(null, [new LoadMeta(MetaKey.TransportProtocol, First), Is(First, 58), new Decide(ChainVerdict.Accept)])),
        }),
    ];

    /// <summary>New flows are denied in both directions: what the server sends on its own would bring a forgotten flow back.</summary>
    private void Deny() => _kernel.Commit(new Transaction(
    [
        new FlushChain("input"),
        new FlushChain("output"),
        .. Established,
        new AppendRule("input", Rule(null, new Decide(ChainVerdict.Drop))),
        new AppendRule("output", Rule(null, new Decide(ChainVerdict.Drop))),
    ]));

    private Socket Open(IPAddress to, ProtocolType protocol, int port = Port, IPAddress? source = null)
    {
        source ??= to.AddressFamily == AddressFamily.InterNetwork ? _pair.ClientV4 : _pair.ClientV6;
        var socket = Probe.Unconnected(_pair.Client, to, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol, source);
        Assert.True(Probe.TryConnect(socket, to, port, Probe.Patience));
        Assert.True(Probe.TryExchange(socket, Probe.Patience));
        return socket;
    }

    private Flow FlowOf(Socket socket)
    {
        var local = (IPEndPoint)socket.LocalEndPoint!;
        return _conntrack.ReadAll().Single(f => f.Original.SourcePort == local.Port && f.Original.Source == Address(local.Address) && f.Original.Protocol.Number == (byte)socket.ProtocolType);
    }
}
