using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>The steps of common matches, in the form that <c>nft list</c> reads back into its own words.</summary>
internal static class Match
{
    private static readonly Register First = new(0);

    public static EquatableArray<Expression> Family(IpFamily family) =>
        [new LoadMeta(MetaKey.Family, First), new Compare(First, CompareOperator.Equal, [(byte)(family == IpFamily.V4 ? 2 : 10)])];

    public static EquatableArray<Expression> Protocol(IpProtocol protocol) =>
        [new LoadMeta(MetaKey.TransportProtocol, First), new Compare(First, CompareOperator.Equal, [protocol.Number])];

    /// <summary>A range of ports; all ports need no match.</summary>
    public static EquatableArray<Expression> SourcePort(PortRange ports) => Number(PayloadBase.Transport, 0, 2, ports.First, ports.Last);

    /// <summary>A range of ports; all ports need no match.</summary>
    public static EquatableArray<Expression> DestinationPort(PortRange ports) => Number(PayloadBase.Transport, 2, 2, ports.First, ports.Last);

    public static EquatableArray<Expression> IcmpType(byte first, byte last) => Number(PayloadBase.Transport, 0, 1, first, last);

    public static EquatableArray<Expression> IcmpCode(byte code) => Number(PayloadBase.Transport, 1, 1, code, code);

    /// <summary>Any of the states; the register holds a host-order number.</summary>
    public static EquatableArray<Expression> State(ConntrackStates states) =>
    [
        new LoadConntrack(ConntrackKey.State, First),
        new Bitwise(First, First, [.. BitConverter.GetBytes((uint)states)], [0, 0, 0, 0]),
        new Compare(First, CompareOperator.NotEqual, [0, 0, 0, 0]),
    ];

    /// <summary>Any of these bits of the connection mark.</summary>
    public static EquatableArray<Expression> ConnectionMark(uint bits) =>
    [
        new LoadConntrack(ConntrackKey.Mark, First),
        new Bitwise(First, First, [.. BitConverter.GetBytes(bits)], [0, 0, 0, 0]),
        new Compare(First, CompareOperator.NotEqual, [0, 0, 0, 0]),
    ];

    /// <summary>The loopback interface, whose index is 1 in every network namespace.</summary>
    public static EquatableArray<Expression> Loopback(Direction direction) =>
    [
        new LoadMeta(direction == Direction.Inbound ? MetaKey.InputInterface : MetaKey.OutputInterface, First),
        new Compare(First, CompareOperator.Equal, [.. BitConverter.GetBytes(1u)]),
    ];

    /// <summary>The interface that traffic arrives at or leaves by, or another one.</summary>
    public static EquatableArray<Expression> Interface(Direction direction, CompareOperator comparison, string name) =>
    [
        new LoadMeta(direction == Direction.Inbound ? MetaKey.InputInterfaceName : MetaKey.OutputInterfaceName, First),
        new Compare(First, comparison, [.. Encoding.ASCII.GetBytes(name.PadRight(InterfaceMatch.LongestName + 1, '\0'))]),
    ];

    /// <summary>An address in a block.</summary>
    public static EquatableArray<Expression> Address(bool source, Cidr block)
    {
        if (block.Length == 0)
            return Family(block.Family);
        Span<byte> bytes = stackalloc byte[block.Network.Bytes];
        block.Network.WriteTo(bytes);
        return [.. LoadAddress(source, block.Family, block.Length), new Compare(First, CompareOperator.Equal, [.. bytes])];
    }

    /// <summary>Loads an address, cut to a prefix, into the first register.</summary>
    public static EquatableArray<Expression> LoadAddress(bool source, IpFamily family, int prefixLength)
    {
        var length = family == IpFamily.V4 ? 4 : 16;
        var offset = family == IpFamily.V4 ? (source ? 12 : 16) : (source ? 8 : 24);
        var load = new LoadPayload(PayloadBase.Network, (byte)offset, (byte)length, First);
        if (prefixLength == length * 8)
            return [.. Family(family), load];
        Span<byte> mask = stackalloc byte[length];
        new Cidr(new IpAddress(family, UInt128.MaxValue >> (128 - (length * 8))), prefixLength).Network.WriteTo(mask);
        return [.. Family(family), load, new Bitwise(First, First, [.. mask], [.. new byte[length]])];
    }

    private static EquatableArray<Expression> Number(PayloadBase from, byte offset, byte length, ushort first, ushort last)
    {
        var highest = length == 1 ? byte.MaxValue : ushort.MaxValue;
        var load = new LoadPayload(from, offset, length, First);
        if (first == last)
            return [load, new Compare(First, CompareOperator.Equal, Bytes(first, length))];
        return (first, last == highest) switch
        {
            (0, true) => [],
            (0, false) => [load, new Compare(First, CompareOperator.LessOrEqual, Bytes(last, length))],
            (_, true) => [load, new Compare(First, CompareOperator.GreaterOrEqual, Bytes(first, length))],
            _ =>
            [
                load,
                new Compare(First, CompareOperator.GreaterOrEqual, Bytes(first, length)),
                new Compare(First, CompareOperator.LessOrEqual, Bytes(last, length)),
            ],
        };
    }

    private static EquatableArray<byte> Bytes(ushort number, byte length) =>
        length == 1 ? [(byte)number] : [(byte)(number >> 8), (byte)number];
}
