using System.Net;
using System.Net.Sockets;
using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

[Collection(OtherProcessCollection.Name)]
public sealed class WithdrawalTests : IAsyncLifetime
{
    private const int Port = 9080;

    private readonly AgentLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    // Not IAsyncDisposable, which the test runner does not know: agents would outlive their tests.
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Theory]
    [InlineData("nftables")]
    [InlineData("iptables")]
    public async Task A_withdrawn_allow_cuts_its_established_flows_and_no_others(string backend)
    {
        _lab.Serve(Port);
        var other = _lab.Pair.AddClientAddress("10.99.0.77");
        var both = Policies.Inbound(7, [(IpProtocol.Tcp, Port), (IpProtocol.Udp, Port)], "10.99.0.1", "10.99.0.77", "fd99::1");
        var controlPlane = await _lab.StartControlPlaneAsync(both);
        _lab.StartAgent("--backend", backend);
        await controlPlane.RealizedAsync(both);

        using var kept = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV4, _lab.Pair.ClientV4, Port);
        using var keptUdp = new Conversation(_lab, ProtocolType.Udp, _lab.Pair.ServerV4, _lab.Pair.ClientV4, Port);
        using var cut = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV4, other, Port);
        using var cutUdp = new Conversation(_lab, ProtocolType.Udp, _lab.Pair.ServerV4, other, Port);
        using var cutV6 = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV6, _lab.Pair.ClientV6, Port);
        using var cutV6Udp = new Conversation(_lab, ProtocolType.Udp, _lab.Pair.ServerV6, _lab.Pair.ClientV6, Port);
        Conversation[] all = [kept, keptUdp, cut, cutUdp, cutV6, cutV6Udp];
        Assert.All(all, each => Assert.True(each.Works(), $"{each} at first"));

        var one = Policies.Inbound(8, [(IpProtocol.Tcp, Port), (IpProtocol.Udp, Port)], "10.99.0.1");
        controlPlane.Publish(one);
        await controlPlane.RealizedAsync(one);
        Assert.All([cut, cutUdp, cutV6, cutV6Udp], each => Assert.False(each.Works(), $"{each} after the withdrawal"));
        Assert.All([kept, keptUdp], each => Assert.True(each.Works(), $"{each} after the withdrawal of another"));
    }

    [Theory]
    [InlineData(ProtocolType.Tcp, false, false)]
    [InlineData(ProtocolType.Tcp, true, false)]
    [InlineData(ProtocolType.Udp, false, false)]
    [InlineData(ProtocolType.Udp, true, false)]
    [InlineData(ProtocolType.Tcp, false, true)]
    public async Task A_server_that_keeps_sending_does_not_bring_a_withdrawn_flow_back(ProtocolType protocol, bool v6, bool pickedUp)
    {
        // The host's own packets may go out: what it retransmits would be the first packet of a new flow, if the old one were forgotten.
        var peer = v6 ? "fd99::1" : "10.99.0.1";
        var granted = Policies.Inbound(7, [(IpProtocol.Tcp, Port), (IpProtocol.Udp, Port)], peer, "10.99.0.77");
        var withdrawn = Policies.Inbound(8, [(IpProtocol.Tcp, Port), (IpProtocol.Udp, Port)], "10.99.0.77");
        var other = _lab.Pair.AddClientAddress("10.99.0.77");
        using var server = new Fountain(_lab.Host, Port);
        var controlPlane = await _lab.StartControlPlaneAsync(granted);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(granted);

        using var stream = new Drinker(_lab.Pair.Client, protocol, v6 ? _lab.Pair.ClientV6 : _lab.Pair.ClientV4, v6 ? _lab.Pair.ServerV6 : _lab.Pair.ServerV4, Port);
        using var kept = new Drinker(_lab.Pair.Client, protocol, other, _lab.Pair.ServerV4, Port);
        await AgentLab.UntilAsync(stream.Flows, "at first");
        await AgentLab.UntilAsync(kept.Flows, "at first, of another peer");
        if (pickedUp)
        {
            // Somebody empties the kernel's table: the server's next packet is tracked as the first of a flow of its own.
            using var conntrack = new Netfilter.ConntrackTable(_lab.Host.Path);
            var flow = conntrack.ReadAll().Single(flow => flow.Original.SourcePort == stream.Port);
            Assert.False(flow.PickedUp);
            conntrack.Forget([flow]);
            await AgentLab.UntilAsync(() => conntrack.ReadAll().Any(flow => flow.Original.DestinationPort == stream.Port && flow.PickedUp), "a flow that was picked up");
            await AgentLab.UntilAsync(stream.Flows, "after it was picked up");
        }

        controlPlane.Publish(withdrawn);
        await controlPlane.RealizedAsync(withdrawn);
        await AgentLab.UntilAsync(() => !stream.Flows(), "silence");

        // Long enough for several retransmissions.
        await Task.Delay(1500);
        Assert.False(stream.Flows(), "some time after the withdrawal");
        await AgentLab.UntilAsync(kept.Flows, "a flow of another peer");

        var again = granted with { Revision = new(9) };
        controlPlane.Publish(again);
        await controlPlane.RealizedAsync(again);
        await AgentLab.UntilAsync(stream.Flows, "the same flow, allowed again");
        Assert.All(_lab.Marks(), mark => Assert.Equal(0u, mark));
    }

    [Fact]
    public async Task The_client_s_own_agent_cuts_what_its_egress_withdraws_and_leaves_the_marks_of_others()
    {
        // Here the managed host is the client of a server that keeps sending, and another program marks the same connection.
        var policy = Egress(7, Port);
        var controlPlane = await _lab.StartControlPlaneAsync(policy);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(policy);
        using var server = new Fountain(_lab.Pair.Client, Port);
        using var stream = new Drinker(_lab.Host, ProtocolType.Tcp, _lab.Pair.ServerV4, _lab.Pair.ClientV4, Port);
        Assert.True(stream.Flows());
        using (var conntrack = new Netfilter.ConntrackTable(_lab.Host.Path))
            Assert.Equal(1, conntrack.SetMark([conntrack.ReadAll().Single(flow => flow.Original.SourcePort == stream.Port)], 0x539, uint.MaxValue));
        var withdrawn = Egress(8, Port + 1);
        controlPlane.Publish(withdrawn);
        await controlPlane.RealizedAsync(withdrawn);
        await AgentLab.UntilAsync(() => !stream.Flows(), "silence");
        Assert.Contains(Dataplane.CutMark.Bit | 0x539u, _lab.Marks());
        var again = policy with { Revision = new(9) };
        controlPlane.Publish(again);
        await controlPlane.RealizedAsync(again);
        await AgentLab.UntilAsync(stream.Flows, "the same flow, allowed again");
        Assert.Contains(0x539u, _lab.Marks());

        HostPolicy Egress(long revision, int port) => new()
        {
            Revision = new(revision),
            Outbound = [new Stage([new Branch(null, [new Block([new Rule(Verdict.Allow, Policies.Reference) { Protocol = new(IpProtocol.Tcp, false), Ports = [PortRange.Single((ushort)port)] }], BlockEnd.Deny, Policies.Reference)])])],
        };
    }

    [Fact]
    public async Task A_policy_that_would_cut_a_live_ssh_session_waits_for_an_operator()
    {
        _lab.Serve(22);
        var open = Policies.Inbound(7, 22, "10.99.0.1");
        var controlPlane = await _lab.StartControlPlaneAsync(open, failsafes: []);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(open);
        using var session = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV4, _lab.Pair.ClientV4, 22);
        Assert.True(session.Works());

        var closed = Policies.Inbound(8, Port, "10.99.0.1");
        controlPlane.Publish(closed);
        var status = await controlPlane.WaitAsync(status => status.State == HostState.Failed, "failed");
        Assert.Contains("would cut the live SSH session from 10.99.0.1", status.Reason, StringComparison.Ordinal);
        Assert.Equal(7, status.Realized.Number);
        Assert.True(session.Works());

        controlPlane.Send(new() { Command = new() { Retry = new() { Revision = 8 } } });
        await controlPlane.RealizedAsync(closed);
        Assert.False(session.Works());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_start_on_a_busy_host_cuts_no_flow_that_is_allowed(bool egressClosed)
    {
        _lab.Serve(Port);
        using var before = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV4, _lab.Pair.ClientV4, Port);
        using var beforeV6 = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV6, _lab.Pair.ClientV6, Port);
        Assert.True(before.Works() && beforeV6.Works());
        var policy = egressClosed ? Policies.InboundOnly(7, Port, "10.99.0.1", "fd99::1") : Policies.Inbound(7, Port, "10.99.0.1", "fd99::1");
        var controlPlane = await _lab.StartControlPlaneAsync(policy);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(policy);
        Assert.True(before.Works(), "IPv4");
        Assert.True(beforeV6.Works(), "IPv6");
    }

    [Fact]
    public async Task An_answer_that_was_awaited_before_the_first_start_still_comes()
    {
        // Ingress and egress are closed but for the port; the client waits, and the server speaks first.
        using var listener = _lab.Host.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(_lab.Pair.ServerV4, Port));
        listener.Listen();
        using var client = _lab.Pair.Client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        client.Connect(_lab.Pair.ServerV4, Port);
        using var server = listener.Accept();

        // And one that the host itself opened, whose peer speaks first.
        using var remote = _lab.Pair.Client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        remote.Bind(new IPEndPoint(_lab.Pair.ClientV4, 3306));
        remote.Listen();
        using var database = _lab.Host.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        database.Connect(_lab.Pair.ClientV4, 3306);
        using var answering = remote.Accept();

        var policy = Policies.InboundOnly(7, Port, "10.99.0.1") with
        {
            Outbound = [new Stage([new Branch(null, [new Block([new Rule(Verdict.Allow, Policies.Reference) { Protocol = new(IpProtocol.Tcp, false), Ports = [PortRange.Single(3306)] }], BlockEnd.Deny, Policies.Reference)])])],
        };
        var controlPlane = await _lab.StartControlPlaneAsync(policy);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(policy);

        client.ReceiveTimeout = database.ReceiveTimeout = 1500;
        server.Send([7]);
        answering.Send([8]);
        var buffer = new byte[1];
        Assert.Equal((1, 7), (client.Receive(buffer), buffer[0]));
        Assert.Equal((1, 8), (database.Receive(buffer), buffer[0]));
    }
}
