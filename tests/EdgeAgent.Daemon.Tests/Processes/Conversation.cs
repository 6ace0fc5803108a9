using System.Net;
using System.Net.Sockets;

namespace EdgeAgent.Daemon.Tests;

/// <summary>An established exchange with the echo server.</summary>
internal sealed class Conversation : IDisposable
{
    private readonly Socket _socket;
    private readonly string _name;

    internal Conversation(AgentLab lab, ProtocolType protocol, IPAddress to, IPAddress from, int port)
    {
        _name = $"{protocol} from {from}";
        _socket = lab.Pair.Client.Run(() => new Socket(to.AddressFamily, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol) { ReceiveTimeout = 1500 });
        _socket.Bind(new IPEndPoint(from, 0));
        _socket.Connect(to, port);
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
