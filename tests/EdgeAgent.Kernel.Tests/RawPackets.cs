using System.Net;
using System.Net.Sockets;
using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

/// <summary>Puts whole IP packets with any addresses on the wire: inbound ones from the client, outbound ones from the server.</summary>
internal sealed class RawPackets : IDisposable
{
    private const ushort MarkerPort = 65_000;
    private static readonly IpAddress MarkerSource = IpAddress.Parse("10.99.0.1");
    private static readonly IpAddress MarkerTarget = IpAddress.Parse("10.99.0.2");
    private readonly Socket[] _sockets;
    private ushort _marker;

    internal RawPackets(NamespacePair pair)
    {
        pair.RouteEverything("10.0.0.6", "fd00::6");
        // No answer of the client must make a flow established.
        pair.Client.Nft("-f -", "table inet mute { chain in { type filter hook input priority 0; drop; }\n }\n");
        _sockets =
        [
            pair.Client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw)),
            pair.Client.Run(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.Raw)),
            pair.Server.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw)),
            pair.Server.Run(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.Raw)),
        ];
    }

    /// <summary>
    /// Whether a packet can be sent as the first of a flow, and reaches the hook of its direction. Of ICMP messages only requests begin a flow;
    /// conntrack calls other types invalid, or leaves them untracked.
    /// </summary>
    internal static bool CanSend(Packet packet) =>
        IsUnicast(packet.Peer) && packet.Self.ToString() is "10.0.0.6" or "fd00::6" && packet.Protocol.Number switch
        {
            6 or 17 or 132 => packet.Port != 0 && packet.SourcePort != 0,
            1 => packet.Self.Family == IpFamily.V4 && packet.IcmpType is 8 or 13 or 15 or 17,
            58 => packet.Self.Family == IpFamily.V6 && packet.IcmpType == 128,
            50 => true,
            _ => false,
        };

    internal static bool IsMarker(PacketHeaders headers) => headers.Source == MarkerSource && headers.DestinationPort == MarkerPort;

    internal void Send(Packet packet)
    {
        var v4 = packet.Peer.Family == IpFamily.V4;
        var inbound = packet.Direction == Direction.Inbound;
        var target = new byte[packet.Peer.Bytes];
        (inbound ? packet.Self : packet.Peer).WriteTo(target);
        try
        {
            _sockets[(inbound ? 0 : 2) + (v4 ? 0 : 1)].SendTo(PacketBytes.Of(packet), new IPEndPoint(new IPAddress(target), 0));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            // A drop at the output hook is told to the sender: EPERM.
        }
    }

    /// <summary>A packet that is logged when it comes, after all that was sent before it in the same direction.</summary>
    internal void SendMarker() => Send(new Packet(Direction.Inbound, MarkerTarget, MarkerSource, IpProtocol.Udp, MarkerPort) { SourcePort = ++_marker });

    public void Dispose()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
    }

    private static bool IsUnicast(IpAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.WriteTo(bytes);
        return address.Family == IpFamily.V4
            ? bytes[0] is > 0 and < 224 and not 127 && address.ToString() is not ("10.0.0.6" or "10.99.0.1" or "10.99.0.2")
            : (bytes[0] & 0xe0) == 0x20 || (bytes[0] & 0xfe) == 0xfc && address.ToString() is not ("fd00::6" or "fd99::1" or "fd99::2");
    }
}
