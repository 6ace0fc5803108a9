using System.Buffers.Binary;
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
    private readonly Socket[] _sockets;
    private ushort _marker;

    internal RawPackets(NamespacePair pair)
    {
        foreach (var (host, other) in new[] { (pair.Client, pair.Server), (pair.Server, pair.Client) })
        {
            // Everything goes over the one wire, to the one neighbour, without asking for addresses.
            var words = other.Ip($"-o link show {NamespacePair.Device}").Split(' ');
            var address = words[Array.IndexOf(words, "link/ether") + 1];
            host.Ip($"-4 route add default via inet6 fe80::1 dev {NamespacePair.Device} onlink");
            host.Ip($"-6 route add default via fe80::1 dev {NamespacePair.Device} onlink");
            host.Ip($"neigh replace fe80::1 lladdr {address} dev {NamespacePair.Device} nud permanent");
        }

        // What the server owns must be there to be received.
        pair.Server.Ip($"addr add 10.0.0.6/32 dev {NamespacePair.Device}");
        pair.Server.Ip($"addr add fd00::6/128 dev {NamespacePair.Device} nodad");
        // Checksums are left out, and no answer of the client must make a flow established.
        pair.Server.Sysctl("net/netfilter/nf_conntrack_checksum", "0");
        pair.Client.Nft("-f -", "table inet mute { chain in { type filter hook input priority 0; drop; }\n }\n");
        _sockets =
        [
            pair.Client.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw)),
            pair.Client.Run(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.Raw)),
            pair.Server.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw)),
            pair.Server.Run(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.Raw)),
        ];
    }

    /// <summary>Whether a packet can be sent as the first of a flow, and reaches the hook of its direction.</summary>
    internal static bool CanSend(Packet packet) =>
        (packet.Protocol == IpProtocol.Tcp || packet.Protocol == IpProtocol.Udp) && packet.Port != 0 && packet.SourcePort != 0
        && IsUnicast(packet.Peer) && packet.Self.ToString() is "10.0.0.6" or "fd00::6";

    internal static bool IsMarker(PacketHeaders headers) => headers.Source == MarkerSource && headers.DestinationPort == MarkerPort;

    internal void Send(Packet packet)
    {
        var inbound = packet.Direction == Direction.Inbound;
        Send(inbound, inbound ? packet.Peer : packet.Self, inbound ? packet.Self : packet.Peer, packet.Protocol, packet.SourcePort, packet.Port);
    }

    /// <summary>A packet that is logged when it comes, after all that was sent before it in the same direction.</summary>
    internal void SendMarker() => Send(true, MarkerSource, IpAddress.Parse("10.99.0.2"), IpProtocol.Udp, ++_marker, MarkerPort);

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

    private void Send(bool inbound, IpAddress source, IpAddress destination, IpProtocol protocol, ushort sourcePort, ushort destinationPort)
    {
        var v4 = source.Family == IpFamily.V4;
        var header = v4 ? 20 : 40;
        var transport = protocol == IpProtocol.Tcp ? 20 : 8;
        var packet = new byte[header + transport];
        if (v4)
        {
            packet[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
            packet[8] = 64;
            packet[9] = protocol.Number;
        }
        else
        {
            packet[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)transport);
            packet[6] = protocol.Number;
            packet[7] = 64;
        }

        source.WriteTo(packet.AsSpan(v4 ? 12 : 8));
        destination.WriteTo(packet.AsSpan(v4 ? 16 : 24));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(header), sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(header + 2), destinationPort);
        if (protocol == IpProtocol.Tcp)
        {
            // Data offset 5, SYN.
            packet[header + 12] = 0x50;
            packet[header + 13] = 2;
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(header + 4), (ushort)transport);
        }

        var target = new byte[source.Bytes];
        destination.WriteTo(target);
        try
        {
            _sockets[(inbound ? 0 : 2) + (v4 ? 0 : 1)].SendTo(packet, new IPEndPoint(new IPAddress(target), 0));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            // A drop at the output hook is told to the sender: EPERM.
        }
    }
}
