using System.Buffers.Binary;
using System.Numerics;
using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>Whole IP packets, as they stand on the wire: the first packet of a flow, with right checksums and without data.</summary>
public static class PacketBytes
{
    private const byte HopLimit = 64;

    /// <summary>
    /// The bytes of a packet: a TCP SYN, an SCTP INIT, an ICMP message whose identifier is the packet's source port, eight bytes of anything else.
    /// The kernel fills in the checksum of an IPv4 header.
    /// </summary>
    public static byte[] Of(Packet packet)
    {
        var inbound = packet.Direction == Direction.Inbound;
        var (source, destination) = inbound ? (packet.Peer, packet.Self) : (packet.Self, packet.Peer);
        var transport = Transport(packet);
        Check(packet.Protocol, source, destination, transport);
        byte[] bytes = [.. source.Family == IpFamily.V4 ? new byte[20] : new byte[40], .. transport];
        if (source.Family == IpFamily.V4)
        {
            bytes[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)bytes.Length);
            bytes[8] = HopLimit;
            bytes[9] = packet.Protocol.Number;
            source.WriteTo(bytes.AsSpan(12));
            destination.WriteTo(bytes.AsSpan(16));
        }
        else
        {
            bytes[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)transport.Length);
            bytes[6] = packet.Protocol.Number;
            bytes[7] = HopLimit;
            source.WriteTo(bytes.AsSpan(8));
            destination.WriteTo(bytes.AsSpan(24));
        }

        return bytes;
    }

    private static byte[] Transport(Packet packet)
    {
        byte[] ports = [(byte)(packet.SourcePort >> 8), (byte)packet.SourcePort, (byte)(packet.Port >> 8), (byte)packet.Port];
        return packet.Protocol switch
        {
            // Sequence, acknowledgement, data offset 5, SYN, window, checksum, urgent pointer (RFC 9293, 3.1).
            { Number: 6 } => [.. ports, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xff, 0xff, 0, 0, 0, 0],
            // Length and checksum (RFC 768).
            { Number: 17 } => [.. ports, 0, 8, 0, 0],
            // Tag 0, checksum, then an INIT chunk: tag 1, window, 1 stream each way, sequence 1 (RFC 9260, 3.3.2).
            { Number: 132 } => [.. ports, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0xff, 0xff, 0, 1, 0, 1, 0, 0, 0, 1],
            { HasIcmpType: true } => [packet.IcmpType, packet.IcmpCode, 0, 0, (byte)(packet.SourcePort >> 8), (byte)packet.SourcePort, 0, 1],
            _ => [0, 0, 0, 1, 0, 0, 0, 1],
        };
    }

    private static void Check(IpProtocol protocol, IpAddress source, IpAddress destination, byte[] transport)
    {
        if (protocol == IpProtocol.Sctp)
        {
            var sum = transport.Aggregate(uint.MaxValue, static (sum, each) => BitOperations.Crc32C(sum, each));
            BinaryPrimitives.WriteUInt32LittleEndian(transport.AsSpan(8), ~sum);
            return;
        }

        var at = protocol.Number switch { 6 => 16, 17 => 6, 1 or 58 => 2, _ => -1 };
        if (at < 0)
            return;
        // The pseudo header (RFC 9293, 3.1; RFC 8200, 8.1); ICMP has none.
        Span<byte> addresses = stackalloc byte[2 * source.Bytes];
        source.WriteTo(addresses);
        destination.WriteTo(addresses[source.Bytes..]);
        var total = Sum(transport) + (protocol == IpProtocol.Icmp ? 0u : Sum(addresses) + (uint)transport.Length + protocol.Number);
        while (total > ushort.MaxValue)
            total = (total & ushort.MaxValue) + (total >> 16);
        var checksum = (ushort)~total;
        BinaryPrimitives.WriteUInt16BigEndian(transport.AsSpan(at), checksum == 0 ? ushort.MaxValue : checksum);
    }

    private static uint Sum(ReadOnlySpan<byte> words)
    {
        var total = 0u;
        for (var i = 0; i < words.Length; i += 2)
            total += BinaryPrimitives.ReadUInt16BigEndian(words[i..]);
        return total;
    }
}
