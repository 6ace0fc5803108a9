using System.Buffers.Binary;
using EdgeAgent.Contracts;

namespace EdgeAgent.Netfilter;

/// <summary>Addresses, protocol and ports of an IP packet.</summary>
public readonly record struct PacketHeaders
{
    private const int Ipv4HeaderLength = 20, Ipv6HeaderLength = 40;
    private const byte HopByHop = 0, Routing = 43, Fragment = 44, AuthenticationHeader = 51, DestinationOptions = 60;

    /// <summary>The source address.</summary>
    public required IpAddress Source { get; init; }

    /// <summary>The destination address.</summary>
    public required IpAddress Destination { get; init; }

    /// <summary>The transport protocol, after IPv6 extension headers.</summary>
    public required IpProtocol Protocol { get; init; }

    /// <summary>The source port; 0 where there is none, or the bytes end before it.</summary>
    public ushort SourcePort { get; init; }

    /// <summary>The destination port; 0 as <see cref="SourcePort"/>.</summary>
    public ushort DestinationPort { get; init; }

    /// <summary>The type of an ICMP or ICMPv6 message.</summary>
    public byte IcmpType { get; init; }

    /// <summary>The code of an ICMP or ICMPv6 message.</summary>
    public byte IcmpCode { get; init; }

    /// <summary>Reads the head of a packet; it may be cut off anywhere.</summary>
    /// <param name="packet">The bytes from the IP header on.</param>
    /// <param name="headers">What they say.</param>
    /// <returns>False if there is no whole IP header.</returns>
    public static bool TryRead(ReadOnlySpan<byte> packet, out PacketHeaders headers)
    {
        headers = default;
        if (packet.IsEmpty)
            return false;
        return (packet[0] >> 4) switch
        {
            4 => TryReadIpv4(packet, out headers),
            6 => TryReadIpv6(packet, out headers),
            _ => false,
        };
    }

    private static bool TryReadIpv4(ReadOnlySpan<byte> packet, out PacketHeaders headers)
    {
        headers = default;
        var headerLength = (packet[0] & 0xf) * 4;
        if (headerLength < Ipv4HeaderLength || packet.Length < Ipv4HeaderLength)
            return false;
        // Only the first fragment has ports.
        var isFirst = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x1fff) == 0;
        var transport = isFirst && packet.Length > headerLength ? packet[headerLength..] : default;
        headers = Make(packet[12..16], packet[16..20], packet[9], transport);
        return true;
    }

    private static bool TryReadIpv6(ReadOnlySpan<byte> packet, out PacketHeaders headers)
    {
        headers = default;
        if (packet.Length < Ipv6HeaderLength)
            return false;
        var next = packet[6];
        var rest = packet[Ipv6HeaderLength..];
        while (next is HopByHop or Routing or Fragment or AuthenticationHeader or DestinationOptions && rest.Length >= 8)
        {
            var length = next switch { Fragment => 8, AuthenticationHeader => (rest[1] + 2) * 4, _ => (rest[1] + 1) * 8 };
            var laterFragment = next == Fragment && (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) & 0xfff8) != 0;
            next = rest[0];
            rest = laterFragment || rest.Length < length ? default : rest[length..];
        }

        headers = Make(packet[8..24], packet[24..40], next, rest);
        return true;
    }

    private static PacketHeaders Make(ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, byte number, ReadOnlySpan<byte> transport)
    {
        var protocol = new IpProtocol(number);
        var ports = protocol.HasPorts && transport.Length >= 4;
        var icmp = protocol.HasIcmpType && transport.Length >= 2;
        return new PacketHeaders
        {
            Source = IpAddress.FromBytes(source),
            Destination = IpAddress.FromBytes(destination),
            Protocol = protocol,
            SourcePort = ports ? BinaryPrimitives.ReadUInt16BigEndian(transport) : (ushort)0,
            DestinationPort = ports ? BinaryPrimitives.ReadUInt16BigEndian(transport[2..]) : (ushort)0,
            IcmpType = icmp ? transport[0] : (byte)0,
            IcmpCode = icmp ? transport[1] : (byte)0,
        };
    }
}
