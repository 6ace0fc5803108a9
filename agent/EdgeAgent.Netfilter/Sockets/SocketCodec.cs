using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeAgent.Contracts;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>TCP sockets as the kernel lists them (struct inet_diag_req_v2 and inet_diag_msg of linux/inet_diag.h).</summary>
internal static class SocketCodec
{
    /// <summary>SOCK_DIAG_BY_FAMILY.</summary>
    internal const ushort ByFamily = 20;

    internal const byte Ipv4 = 2, Ipv6 = 10;

    // Family, protocol, two bytes, states, then the 48 bytes of inet_diag_sockid.
    private const int RequestLength = 56, RequestStates = 4;
    private const byte Tcp = 6;

    // Established, both kinds of waiting for the other side's end, waiting for our own, the last acknowledgement, both closing (include/net/tcp_states.h).
    private const uint Open = (1 << 1) | (1 << 4) | (1 << 5) | (1 << 8) | (1 << 9) | (1 << 11);

    private const ushort ByteCode = 1;
    private const byte RemoteCondition = 8;
    private const int OperationLength = 4, ConditionLength = 8;

    // The answer: family and three bytes, then inet_diag_sockid: both ports, both addresses in 16 bytes each.
    private const int LocalPort = 4, RemotePort = 6, LocalAddress = 8, RemoteAddress = 24, AnswerLength = 72;

    /// <summary>Asks for the open TCP sockets of a family that are connected to an address.</summary>
    /// <param name="message">The message.</param>
    /// <param name="family">The sockets' family: an IPv6 socket may have an IPv4 peer.</param>
    /// <param name="peer">The address.</param>
    internal static void WriteDump(MessageWriter message, byte family, IpAddress peer)
    {
        var request = message.Fixed(RequestLength);
        (request[0], request[1]) = (family, Tcp);
        MemoryMarshal.Write(request[RequestStates..], Open);

        // One instruction: if the remote address is another one, jump beyond the end, which means no.
        var length = OperationLength + ConditionLength + peer.Bytes;
        var code = message.Reserve(ByteCode, length);
        (code[0], code[1]) = (RemoteCondition, (byte)length);
        MemoryMarshal.Write(code[2..], (ushort)(length + OperationLength));
        var condition = code[OperationLength..];
        (condition[0], condition[1]) = (peer.Family == IpFamily.V4 ? Ipv4 : Ipv6, (byte)peer.Width);
        const int anyPort = -1;
        MemoryMarshal.Write(condition[4..], anyPort);
        peer.WriteTo(condition[ConditionLength..]);
    }

    /// <summary>A socket's connection, from the host outwards; null for what is no such socket.</summary>
    internal static FlowTuple? Read(NetlinkMessage message)
    {
        if (message.Type != ByFamily || message.Payload.Length < AnswerLength || message.Payload[0] is not (Ipv4 or Ipv6))
            return null;
        var socket = message.Payload;
        var v6 = socket[0] == Ipv6;
        return new FlowTuple
        {
            Source = Address(socket[LocalAddress..], v6),
            Destination = Address(socket[RemoteAddress..], v6),
            Protocol = IpProtocol.Tcp,
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(socket[LocalPort..]),
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(socket[RemotePort..]),
        };
    }

    // A socket for both families has IPv4 addresses mapped into IPv6; on the wire they are IPv4 (RFC 4291, 2.5.5.2).
    private static IpAddress Address(ReadOnlySpan<byte> bytes, bool v6)
    {
        var address = IpAddress.FromBytes(bytes[..(v6 ? 16 : 4)]);
        return v6 && address.Bits >> 32 == 0xffff ? new(IpFamily.V4, address.Bits & uint.MaxValue) : address;
    }
}
