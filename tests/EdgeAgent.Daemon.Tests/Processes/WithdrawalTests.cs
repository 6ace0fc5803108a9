using System.Net;
using System.Net.Sockets;
using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

[Collection(ProcessCollection.Name)]
public sealed class WithdrawalTests : IAsyncDisposable
{
    private const int Port = 9080;

    private readonly AgentLab _lab = new();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_withdrawn_allow_cuts_its_established_flows_and_no_others()
    {
        _lab.Serve(Port);
        var other = _lab.Pair.AddClientAddress("10.99.0.77");
        var both = Policies.Inbound(7, [(IpProtocol.Tcp, Port), (IpProtocol.Udp, Port)], "10.99.0.1", "10.99.0.77", "fd99::1");
        var controlPlane = await _lab.StartControlPlaneAsync(both);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(both);

        using var kept = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV4, _lab.Pair.ClientV4);
        using var keptUdp = new Conversation(_lab, ProtocolType.Udp, _lab.Pair.ServerV4, _lab.Pair.ClientV4);
        using var cut = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV4, other);
        using var cutUdp = new Conversation(_lab, ProtocolType.Udp, _lab.Pair.ServerV4, other);
        using var cutV6 = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV6, _lab.Pair.ClientV6);
        using var cutV6Udp = new Conversation(_lab, ProtocolType.Udp, _lab.Pair.ServerV6, _lab.Pair.ClientV6);
        Conversation[] all = [kept, keptUdp, cut, cutUdp, cutV6, cutV6Udp];
        Assert.All(all, each => Assert.True(each.Works(), $"{each} at first"));

        var one = Policies.Inbound(8, [(IpProtocol.Tcp, Port), (IpProtocol.Udp, Port)], "10.99.0.1");
        controlPlane.Publish(one);
        await controlPlane.RealizedAsync(one);
        Assert.All([cut, cutUdp, cutV6, cutV6Udp], each => Assert.False(each.Works(), $"{each} after the withdrawal"));
        Assert.All([kept, keptUdp], each => Assert.True(each.Works(), $"{each} after the withdrawal of another"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_start_on_a_busy_host_cuts_no_flow_that_is_allowed(bool egressClosed)
    {
        _lab.Serve(Port);
        using var before = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV4, _lab.Pair.ClientV4);
        using var beforeV6 = new Conversation(_lab, ProtocolType.Tcp, _lab.Pair.ServerV6, _lab.Pair.ClientV6);
        Assert.True(before.Works() && beforeV6.Works());
        var policy = egressClosed ? Policies.InboundOnly(7, Port, "10.99.0.1", "fd99::1") : Policies.Inbound(7, Port, "10.99.0.1", "fd99::1");
        var controlPlane = await _lab.StartControlPlaneAsync(policy);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(policy);
        Assert.True(before.Works(), "IPv4");
        Assert.True(beforeV6.Works(), "IPv6");
    }

    /// <summary>An established exchange with the echo server.</summary>
    private sealed class Conversation : IDisposable
    {
        private readonly Socket _socket;
        private readonly string _name;

        internal Conversation(AgentLab lab, ProtocolType protocol, IPAddress to, IPAddress from)
        {
            _name = $"{protocol} from {from}";
            _socket = lab.Pair.Client.Run(() => new Socket(to.AddressFamily, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol) { ReceiveTimeout = 1500 });
            _socket.Bind(new IPEndPoint(from, 0));
            _socket.Connect(to, Port);
        }

        /// <summary>Whether a byte comes back.</summary>
        internal bool Works()
        {
            try
            {
                _socket.Send([1]);
                return _socket.Receive(new byte[1]) == 1;
            }
            catch (SocketException)
            {
                return false;
            }
        }

        public override string ToString() => _name;

        public void Dispose() => _socket.Dispose();
    }
}
