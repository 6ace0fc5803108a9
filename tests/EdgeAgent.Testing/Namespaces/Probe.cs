using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace EdgeAgent.Testing;

/// <summary>What became of one attempt.</summary>
public enum ProbeResult
{
    /// <summary>An answer came.</summary>
    Answered,

    /// <summary>The other side, or a rule, said no: reset, unreachable, prohibited.</summary>
    Refused,

    /// <summary>Nothing came in time.</summary>
    Silent,
}

/// <summary>Real packets from a namespace, each attempt bounded in time. Blocking on the calling thread alone.</summary>
public static class Probe
{
    /// <summary>How long to wait for an answer that must come. Generous: the machine may be busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait before silence is believed.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(300);

    /// <summary>Connects and exchanges one byte.</summary>
    public static ProbeResult Tcp(TestNamespace from, IPAddress to, int port, TimeSpan timeout, IPAddress? source = null)
    {
        using var socket = Unconnected(from, to, SocketType.Stream, ProtocolType.Tcp, source);
        return Attempt(() => TryConnect(socket, to, port, timeout) && TryExchange(socket, timeout));
    }

    /// <summary>Sends one datagram and waits for its echo.</summary>
    public static ProbeResult Udp(TestNamespace from, IPAddress to, int port, TimeSpan timeout, IPAddress? source = null)
    {
        using var socket = Unconnected(from, to, SocketType.Dgram, ProtocolType.Udp, source);
        return Attempt(() =>
        {
            socket.Connect(to, port);
            return TryExchange(socket, timeout);
        });
    }

    /// <summary>Sends one echo request (ICMP or ICMPv6) and waits for its reply.</summary>
    public static ProbeResult Ping(TestNamespace from, IPAddress to, TimeSpan timeout)
    {
        var v4 = to.AddressFamily == AddressFamily.InterNetwork;
        using var socket = from.Run(() => new Socket(to.AddressFamily, SocketType.Raw, v4 ? ProtocolType.Icmp : ProtocolType.IcmpV6));
        // Type, code, checksum (of ICMPv6 the kernel computes it), identifier 1, sequence.
        byte[] request = v4 ? [8, 0, 0xf7, 0xfe, 0, 1, 0, 0] : [128, 0, 0, 0, 0, 1, 0, 0];
        var replyType = v4 ? 0 : 129;
        return Attempt(() =>
        {
            socket.SendTo(request, new IPEndPoint(to, 0));
            var buffer = new byte[1500];
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < timeout;)
            {
                if (!socket.Poll(timeout - watch.Elapsed, SelectMode.SelectRead))
                    return false;
                EndPoint peer = new IPEndPoint(v4 ? IPAddress.Any : IPAddress.IPv6Any, 0);
                var length = socket.ReceiveFrom(buffer, ref peer);
                var header = v4 ? (buffer[0] & 0xf) * 4 : 0;
                if (length > header && buffer[header] == replyType && ((IPEndPoint)peer).Address.Equals(to))
                    return true;
            }

            return false;
        });
    }

    /// <summary>A socket of the namespace, not yet connected.</summary>
    public static Socket Unconnected(TestNamespace from, IPAddress to, SocketType type, ProtocolType protocol, IPAddress? source = null)
    {
        var socket = from.Run(() => new Socket(to.AddressFamily, type, protocol));
        if (source is not null)
            socket.Bind(new IPEndPoint(source, 0));
        return socket;
    }

    /// <summary>Connects within a time.</summary>
    /// <returns>False if it took longer.</returns>
    /// <exception cref="SocketException">Refused.</exception>
    public static bool TryConnect(Socket socket, IPAddress to, int port, TimeSpan timeout)
    {
        socket.Blocking = false;
        try
        {
            socket.Connect(to, port);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (!socket.Poll(timeout, SelectMode.SelectWrite))
                return false;
            if (socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is int error and not 0)
                throw new SocketException(error);
        }

        socket.Blocking = true;
        return true;
    }

    /// <summary>Sends one byte and waits for its echo.</summary>
    /// <returns>False if none came in time.</returns>
    /// <exception cref="SocketException">Refused, or the other side closed.</exception>
    public static bool TryExchange(Socket socket, TimeSpan timeout)
    {
        socket.Send([42]);
        if (!socket.Poll(timeout, SelectMode.SelectRead))
            return false;
        return socket.Receive(new byte[16]) > 0 ? true : throw new SocketException((int)SocketError.ConnectionReset);
    }

    private static ProbeResult Attempt(Func<bool> attempt)
    {
        try
        {
            return attempt() ? ProbeResult.Answered : ProbeResult.Silent;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.TimedOut)
        {
            return ProbeResult.Silent;
        }
        catch (SocketException)
        {
            return ProbeResult.Refused;
        }
    }
}
