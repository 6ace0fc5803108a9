using System.Net;
using System.Net.Sockets;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

/// <summary>A server that sends to whoever connected, or wrote to it once, without end and without hearing anything more.</summary>
internal sealed class Fountain : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(20);

    private readonly Socket _tcp;
    private readonly Socket _udp;
    private readonly Timer _sending;
    private readonly Lock _lock = new();
    private readonly List<Socket> _connections = [];
    private readonly HashSet<EndPoint> _peers = [];

    internal Fountain(TestNamespace host, int port)
    {
        _tcp = host.Run(() => Bound(SocketType.Stream, ProtocolType.Tcp, port));
        _udp = host.Run(() => Bound(SocketType.Dgram, ProtocolType.Udp, port));
        _tcp.Listen();
        _sending = new Timer(_ => Send(), null, Every, Every);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _sending.Dispose();
            _connections.ForEach(connection => connection.Dispose());
            _tcp.Dispose();
            _udp.Dispose();
        }
    }

    private static Socket Bound(SocketType type, ProtocolType protocol, int port)
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, type, protocol) { DualMode = true, Blocking = false };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        return socket;
    }

    private void Send()
    {
        lock (_lock)
        {
            try
            {
                while (_tcp.Poll(0, SelectMode.SelectRead))
                {
                    var connection = _tcp.Accept();
                    connection.Blocking = false;
                    _connections.Add(connection);
                }

                while (_udp.Poll(0, SelectMode.SelectRead))
                {
                    EndPoint peer = new IPEndPoint(IPAddress.IPv6Any, 0);
                    _udp.ReceiveFrom(new byte[16], ref peer);
                    _peers.Add(peer);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // A peer that left, or the end of the test.
            }

            foreach (var connection in _connections)
                Try(() => connection.Send([1]));
            foreach (var peer in _peers)
                Try(() => _udp.SendTo([1], peer));
        }
    }

    // The kernel says at once that a rule dropped it; what TCP cannot send now it sends again later.
    private static void Try(Action send)
    {
        try
        {
            send();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }
}
