using EdgeAgent.Contracts;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Conntrack entries (CTA_* of linux/netfilter/nfnetlink_conntrack.h).</summary>
internal static class FlowCodec
{
    private const ushort Original = 1, Reply = 2, Status = 3, Timeout = 7, Mark = 8, OriginalCounters = 9, ReplyCounters = 10, Id = 12, Zone = 18, MarkMask = 21, Filter = 25;
    private const ushort Ip = 1, Protocol = 2;
    private const ushort V4Source = 1, V4Destination = 2, V6Source = 3, V6Destination = 4;
    private const ushort Number = 1, SourcePort = 2, DestinationPort = 3, IcmpId = 4, IcmpType = 5, IcmpCode = 6, IcmpV6Id = 7, IcmpV6Type = 8, IcmpV6Code = 9;
    private const ushort Packets = 1, Bytes = 2;
    private const ushort ProtocolInformation = 4, TcpInformation = 1, TcpState = 1, TcpFlagsOriginal = 4, TcpFlagsReply = 5;
    private const byte TcpEstablished = 3, TcpTimeWait = 7, TcpClosed = 8, TcpLiberal = 8;
    private const uint SeenReply = 2, Assured = 4, Confirmed = 8;
    private const ushort OriginalFlags = 1, ReplyFlags = 2;
    private const uint SourceFlag = 1, DestinationFlag = 2, ProtocolFlag = 8, SourcePortFlag = 16, DestinationPortFlag = 32;

    internal static byte FamilyOf(IpFamily? family) => family switch
    {
        IpFamily.V4 => NetfilterHeader.Ipv4,
        IpFamily.V6 => NetfilterHeader.Ipv6,
        _ => NetfilterHeader.AnyFamily,
    };

    /// <summary>The entry and no other: tuple, zone and id.</summary>
    internal static void WriteReference(MessageWriter message, Flow flow)
    {
        WriteOriginal(message, flow.Original);
        if (flow.Zone != 0)
            message.PutUInt16BigEndian(Zone, flow.Zone);
        message.PutUInt32BigEndian(Id, flow.Id);
    }

    /// <summary>The entry by its tuple alone.</summary>
    internal static void WriteOriginal(MessageWriter message, FlowTuple original)
    {
        using var nested = message.Nest(Original);
        WriteTuple(message, original);
    }

    /// <summary>An entry for an established TCP connection, picked up in its middle: windows are not checked, since their scaling is unknown.</summary>
    internal static void WriteEstablished(MessageWriter message, FlowTuple original, uint timeoutSeconds)
    {
        using (message.Nest(Original))
            WriteTuple(message, original);
        using (message.Nest(Reply))
            WriteTuple(message, original.Mirrored);
        message.PutUInt32BigEndian(Status, SeenReply | Assured | Confirmed);
        message.PutUInt32BigEndian(Timeout, timeoutSeconds);
        using (message.Nest(ProtocolInformation))
        using (message.Nest(TcpInformation))
        {
            message.PutByte(TcpState, TcpEstablished);
            message.Put(TcpFlagsOriginal, [TcpLiberal, TcpLiberal]);
            message.Put(TcpFlagsReply, [TcpLiberal, TcpLiberal]);
        }
    }

    /// <summary>New bits for the entry's mark.</summary>
    internal static void WriteMark(MessageWriter message, uint value, uint mask)
    {
        message.PutUInt32BigEndian(Mark, value);
        message.PutUInt32BigEndian(MarkMask, mask);
    }

    internal static void WriteFilter(MessageWriter message, FlowFilter filter)
    {
        if (filter.Mark is { } bits)
            WriteMark(message, bits, bits);
        var original = WriteFilter(message, Original, filter.Source, filter.Destination, filter.Protocol, filter.SourcePort, filter.DestinationPort);
        var reply = WriteFilter(message, Reply, filter.Answerer, null, filter.AnsweringPort is null ? null : filter.Protocol, filter.AnsweringPort, null);
        if ((original | reply) == 0)
            return;
        using (message.Nest(Filter))
        {
            message.PutUInt32(OriginalFlags, original);
            message.PutUInt32(ReplyFlags, reply);
        }
    }

    /// <summary>The tuple with those fields that count, and which they are.</summary>
    private static uint WriteFilter(MessageWriter message, ushort attribute, IpAddress? source, IpAddress? destination, IpProtocol? protocol, ushort? sourcePort, ushort? destinationPort)
    {
        if (source is null && destination is null && protocol is null)
            return 0;
        uint flags = 0;
        using var tuple = message.Nest(attribute);
        if ((source ?? destination) is not null)
        {
            WriteAddresses(message, source, destination);
            flags |= (source is null ? 0 : SourceFlag) | (destination is null ? 0 : DestinationFlag);
        }

        if (protocol is not { } number)
            return flags;
        using var nested = message.Nest(Protocol);
        message.PutByte(Number, number.Number);
        flags |= ProtocolFlag;
        if (sourcePort is { } from)
        {
            message.PutUInt16BigEndian(SourcePort, from);
            flags |= SourcePortFlag;
        }

        if (destinationPort is { } to)
        {
            message.PutUInt16BigEndian(DestinationPort, to);
            flags |= DestinationPortFlag;
        }

        return flags;
    }

    /// <summary>Reads an entry; null if it has no addresses of a known kind.</summary>
    internal static Flow? Read(NetlinkMessage message)
    {
        var row = message.Attributes(NetfilterHeader.Length);
        if (ReadTuple(row.Inside(Original)) is not { } original || ReadTuple(row.Inside(Reply)) is not { } reply)
            return null;
        return new Flow
        {
            Original = original,
            Reply = reply,
            Status = row.Number(Status) ?? 0,
            Id = row.Number(Id) ?? 0,
            Zone = row.TryFind(Zone, out var zone) ? zone.AsUInt16BigEndian() : (ushort)0,
            Mark = row.Number(Mark) ?? 0,
            PickedUp = IsPickedUp(row.Inside(ProtocolInformation).Inside(TcpInformation)),
            IsOver = Small(row.Inside(ProtocolInformation).Inside(TcpInformation), TcpState) is TcpTimeWait or TcpClosed,
            TimeoutSeconds = row.Number(Timeout) ?? 0,
            OriginalTraffic = ReadTraffic(row, OriginalCounters),
            ReplyTraffic = ReadTraffic(row, ReplyCounters),
        };
    }

    private static void WriteTuple(MessageWriter message, FlowTuple tuple)
    {
        WriteAddresses(message, tuple.Source, tuple.Destination);
        using var nested = message.Nest(Protocol);
        message.PutByte(Number, tuple.Protocol.Number);
        if (tuple.Protocol.HasIcmpType)
        {
            var v4 = tuple.Protocol == IpProtocol.Icmp;
            message.PutUInt16BigEndian(v4 ? IcmpId : IcmpV6Id, tuple.IcmpIdentifier);
            message.PutByte(v4 ? IcmpType : IcmpV6Type, tuple.IcmpType);
            message.PutByte(v4 ? IcmpCode : IcmpV6Code, tuple.IcmpCode);
        }
        else
        {
            message.PutUInt16BigEndian(SourcePort, tuple.SourcePort);
            message.PutUInt16BigEndian(DestinationPort, tuple.DestinationPort);
        }
    }

    private static void WriteAddresses(MessageWriter message, IpAddress? source, IpAddress? destination)
    {
        using var nested = message.Nest(Ip);
        if (source is { } from)
            from.WriteTo(message.Reserve(from.Family == IpFamily.V4 ? V4Source : V6Source, from.Bytes));
        if (destination is { } to)
            to.WriteTo(message.Reserve(to.Family == IpFamily.V4 ? V4Destination : V6Destination, to.Bytes));
    }

    private static FlowTuple? ReadTuple(AttributeReader tuple)
    {
        var ip = tuple.Inside(Ip);
        var source = ip.Has(V4Source) ? ip.Bytes(V4Source) : ip.Bytes(V6Source);
        var destination = ip.Has(V4Destination) ? ip.Bytes(V4Destination) : ip.Bytes(V6Destination);
        var protocol = tuple.Inside(Protocol);
        if (source.Length is not (4 or 16) || source.Length != destination.Length || !protocol.TryFind(Number, out var number))
            return null;
        return new FlowTuple
        {
            Source = IpAddress.FromBytes(source),
            Destination = IpAddress.FromBytes(destination),
            Protocol = new IpProtocol(number.AsByte()),
            SourcePort = Short(protocol, SourcePort),
            DestinationPort = Short(protocol, DestinationPort),
            IcmpIdentifier = (ushort)(Short(protocol, IcmpId) | Short(protocol, IcmpV6Id)),
            IcmpType = (byte)(Small(protocol, IcmpType) | Small(protocol, IcmpV6Type)),
            IcmpCode = (byte)(Small(protocol, IcmpCode) | Small(protocol, IcmpV6Code)),
        };
    }

    // struct nf_ct_tcp_flags: the flags, then their mask.
    private static bool IsPickedUp(AttributeReader tcp) =>
        tcp.Bytes(TcpFlagsOriginal) is [var original, ..] && (original & TcpLiberal) != 0
        && tcp.Bytes(TcpFlagsReply) is [var reply, ..] && (reply & TcpLiberal) != 0;

    private static CounterReading? ReadTraffic(AttributeReader row, ushort attribute)
    {
        var counters = row.Inside(attribute);
        return counters.LongNumber(Packets) is { } packets ? new CounterReading(packets, counters.LongNumber(Bytes) ?? 0) : null;
    }

    private static ushort Short(AttributeReader row, ushort type) => row.TryFind(type, out var found) ? found.AsUInt16BigEndian() : (ushort)0;

    private static byte Small(AttributeReader row, ushort type) => row.TryFind(type, out var found) ? found.AsByte() : (byte)0;
}
