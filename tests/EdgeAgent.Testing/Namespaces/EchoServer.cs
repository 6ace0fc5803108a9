using System.Net;
using System.Net.Sockets;

namespace EdgeAgent.Testing;

/// <summary>
/// Answers TCP connections and UDP datagrams on one port of a namespace with what it got, over both families. It has threads of its own,
/// so that busy tests do not keep it from answering.
/// </summary>
public sealed class EchoServer : IDisposable
{
    private readonly Socket _tcp;
    private readonly Socket _udp;
    private readonly List<Socket> _connections = [];
    private bool _closed;

    /// <param name="host">Where to listen.</param>
    /// <param name="port">The port of both protocols.</param>
    public EchoServer(TestNamespace host, int port)
    {
        _tcp = host.Run(() => Bound(SocketType.Stream, ProtocolType.Tcp, port));
        _udp = host.Run(() => Bound(SocketType.Dgram, ProtocolType.Udp, port));
        _tcp.Listen(128);
        Start(Accept);
        Start(Answer);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_connections)
        {
            _closed = true;
            foreach (var connection in _connections)
                connection.Dispose();
        }

        _tcp.Dispose();
        _udp.Dispose();
    }

    private static Socket Bound(SocketType type, ProtocolType protocol, int port)
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, type, protocol) { DualMode = true };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        return socket;
    }

    private static void Start(Action body) => new Thread(() =>
    {
        try
        {
            body();
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The other side left, or the test ended.
        }
    }, maxStackSize: 1 << 18)
    { IsBackground = true, Name = "echo" }.Start();

    private void Accept()
    {
        while (true)
        {
            var connection = _tcp.Accept();
            lock (_connections)
            {
                if (_closed)
                    connection.Dispose();
                else
                    _connections.Add(connection);
            }

            Start(() => Echo(connection));
        }
    }

    private static void Echo(Socket connection)
    {
        using var owned = connection;
        var buffer = new byte[4096];
        while (connection.Receive(buffer) is > 0 and var length)
            connection.Send(buffer, length, SocketFlags.None);
    }

    private void Answer()
    {
        var buffer = new byte[4096];
        while (true)
        {
            EndPoint peer = new IPEndPoint(IPAddress.IPv6Any, 0);
            try
            {
                var length = _udp.ReceiveFrom(buffer, ref peer);
                _udp.SendTo(buffer, length, SocketFlags.None, peer);
            }
            catch (SocketException) when (!_closed)
            {
                // An answer that could not be sent, such as to a port that closed meanwhile.
            }
        }
    }
}
