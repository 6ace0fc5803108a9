using System.Net;
using System.Net.Sockets;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

/// <summary>A client of a <see cref="Fountain"/>, which sends nothing after its first packet.</summary>
internal sealed class Drinker : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);

    private readonly Socket _socket;

    internal Drinker(TestNamespace place, ProtocolType protocol, IPAddress from, IPAddress to, int port)
    {
        _socket = place.Run(() => new Socket(from.AddressFamily, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol));
        _socket.Bind(new IPEndPoint(from, 0));
        _socket.Connect(to, port);
        if (protocol == ProtocolType.Udp)
            _socket.Send([0]);
    }

    internal int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Whether anything comes after what has come already.</summary>
    internal bool Flows()
    {
        var buffer = new byte[4096];
        while (_socket.Available > 0)
            _socket.Receive(buffer);
        return _socket.Poll(Patience, SelectMode.SelectRead) && _socket.Receive(buffer) > 0;
    }

    public void Dispose() => _socket.Dispose();
}
