using System.Buffers.Binary;
using System.Net;
using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Kernel.Tests;

/// <summary>Rulesets that between them hold every expression, every kind of set and every kind of chain of the model.</summary>
internal static class SampleRulesets
{
    internal static readonly Register First = new(0);
    internal static readonly Register Second = new(1);
    internal static readonly Register Third = new(2);

    internal static readonly SetSchema Peers4 = new("in-tcp-9080.4", SetKind.CounterMap, [KeyField.Ipv4Address]) { Size = 256 };
    internal static readonly SetSchema Peers6 = new("in-tcp-9080.6", SetKind.CounterMap, [KeyField.Ipv6Address]) { Size = 256 };
    internal static readonly SetSchema Ranges4 = new("in-tcp-9080.4r", SetKind.CounterMap, [KeyField.Ipv4Address]) { Intervals = true };
    internal static readonly SetSchema Ranges6 = new("blocked.6r", SetKind.Set, [KeyField.Ipv6Address]) { Intervals = true };
    internal static readonly SetSchema Ports = new("in-ports", SetKind.VerdictMap, [KeyField.Protocol, KeyField.Port]) { Size = 64 };
    internal static readonly SetSchema Services4 = new("out-services.4", SetKind.CounterMap, [KeyField.Ipv4Address, KeyField.Protocol, KeyField.Port]) { Size = 128 };
    internal static readonly SetSchema Services6 = new("out-services.6", SetKind.Set, [KeyField.Ipv6Address, KeyField.Protocol, KeyField.Port]) { Size = 128 };
    internal static readonly SetSchema PortRanges = new("port-ranges", SetKind.VerdictMap, [KeyField.Port]) { Intervals = true };
    internal static readonly SetSchema Protocols = new("protocols", SetKind.Set, [KeyField.Protocol]) { Size = 16 };

    internal static byte[] Key(params object[] fields)
    {
        using var key = new MemoryStream();
        foreach (var field in fields)
        {
            var bytes = field switch
            {
                string address => IPAddress.Parse(address).GetAddressBytes(),
                byte protocol when fields.Length > 1 => [protocol, 0, 0, 0],
                byte protocol => [protocol],
                int port when fields.Length > 1 => [(byte)(port >> 8), (byte)port, 0, 0],
                int port => [(byte)(port >> 8), (byte)port],
                _ => throw new ArgumentException("no field", nameof(fields)),
            };
            key.Write(bytes);
        }

        return key.ToArray();
    }

    internal static NamedSet Set(SetSchema schema, params (byte[] First, byte[] Last, ElementValue? Value)[] elements)
    {
        var builder = new ElementTable.Builder(schema);
        foreach (var (first, last, value) in elements)
            builder.Add(first, last, value);
        return new NamedSet(schema, builder.Build());
    }

    internal static (byte[], byte[], ElementValue?) One(byte[] key, ElementValue? value = null) => (key, key, value);

    internal static CounterValue Counted(string name) => new(name);

    internal static VerdictValue Goes(ChainVerdict verdict) => new(verdict);

    internal static Compare Is(Register register, params byte[] value) => new(register, CompareOperator.Equal, EquatableArray.Create<byte>(value));

    internal static Expression[] IsIpv4 => [new LoadMeta(MetaKey.Family, First), Is(First, 2)];

    internal static Expression[] IsIpv6 => [new LoadMeta(MetaKey.Family, First), Is(First, 10)];

    internal static byte[] Host32(uint value)
    {
        var bytes = new byte[4];
        if (BitConverter.IsLittleEndian)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    internal static byte[] InterfaceName(string name)
    {
        var bytes = new byte[16];
        Encoding.ASCII.GetBytes(name, bytes);
        return bytes;
    }

    internal static Expression[] StateIn(ConntrackStates states) =>
    [
        new LoadConntrack(ConntrackKey.State, First),
        new Bitwise(First, First, EquatableArray.Create<byte>(Host32((uint)states)), EquatableArray.Create<byte>(new byte[4])),
        new Compare(First, CompareOperator.NotEqual, EquatableArray.Create<byte>(new byte[4])),
    ];

    internal static ChainRule Rule(string? comment, params IEnumerable<Expression> expressions) => new(expressions.ToEquatableArray(), comment);

    private static LoadPayload Source4(Register into) => new(PayloadBase.Network, 12, 4, into);

    private static LoadPayload Source6(Register into) => new(PayloadBase.Network, 8, 16, into);

    private static LoadPayload DestinationPort(Register into) => new(PayloadBase.Transport, 2, 2, into);

    /// <summary>One ruleset with everything.</summary>
    internal static Ruleset Everything { get; } = Installation.Ruleset(
        ["default/reviews-to-ratings.in", "denied.in", "allowed.out"],
        [
            Set(Peers4, One(Key("10.0.0.1"), Counted("default/reviews-to-ratings.in")), One(Key("10.0.0.7"), Counted("denied.in")), One(Key("255.255.255.255"), Counted("denied.in"))),
            Set(Peers6, One(Key("fd00::1"), Counted("default/reviews-to-ratings.in")), One(Key("::"), Counted("denied.in"))),
            Set(Ranges4,
                (Key("0.0.0.0"), Key("0.0.0.9"), Counted("denied.in")),
                (Key("10.0.0.0"), Key("10.255.255.255"), Counted("default/reviews-to-ratings.in")),
                (Key("11.0.0.0"), Key("11.0.0.0"), Counted("denied.in")),
                (Key("192.168.0.0"), Key("255.255.255.255"), Counted("default/reviews-to-ratings.in"))),
            Set(Ranges6, (Key("fd00::"), Key("fd00::ffff"), null), (Key("fd00::1:0"), Key("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), null)),
            Set(Ports, One(Key((byte)6, 9080), Goes(ChainVerdict.Goto("in-tcp-9080"))), One(Key((byte)17, 53), Goes(ChainVerdict.Jump("in-tcp-9080"))), One(Key((byte)6, 22), Goes(ChainVerdict.Accept)), One(Key((byte)6, 23), Goes(ChainVerdict.Drop)), One(Key((byte)6, 24), Goes(ChainVerdict.Return))),
            Set(Services4, One(Key("10.0.0.9", (byte)6, 443), Counted("allowed.out"))),
            Set(Services6, One(Key("fd00::9", (byte)17, 53))),
            Set(PortRanges, (Key(0), Key(21), Goes(ChainVerdict.Drop)), (Key(22), Key(1023), Goes(ChainVerdict.Goto("leaf"))), (Key(60000), Key(65535), Goes(ChainVerdict.Accept))),
            Set(Protocols, One(Key((byte)132)), One(Key((byte)47))),
        ],
        [
            new Chain("input", new BaseHook(Hook.Input, -5), [
                Rule("established", [.. StateIn(ConntrackStates.Established | ConntrackStates.Related), new Decide(ChainVerdict.Accept)]),
                Rule(null, [new LoadMeta(MetaKey.InputInterfaceName, First), new Compare(First, CompareOperator.Equal, EquatableArray.Create<byte>(InterfaceName("lo"))), new Decide(ChainVerdict.Accept)]),
                Rule(null, [new LoadMeta(MetaKey.TransportProtocol, First), DestinationPort(Second), new LookupVerdict(Ports.Name, First)]),
                Rule("the rest", new Decide(ChainVerdict.Goto("in-deny"))),
            ]),
            new Chain("output", new BaseHook(Hook.Output, -5), [
                Rule(null, [.. IsIpv4, new LoadPayload(PayloadBase.Network, 16, 4, First), new LoadMeta(MetaKey.TransportProtocol, Second), DestinationPort(Third), new CountByMap(Services4.Name, First), new Decide(ChainVerdict.Accept)]),
                Rule(null, [.. IsIpv6, new LoadPayload(PayloadBase.Network, 24, 16, First), new LoadMeta(MetaKey.TransportProtocol, new Register(4)), DestinationPort(new Register(5)), new LookupSet(Services6.Name, First, Inverted: false), new Decide(ChainVerdict.Accept)]),
                Rule(null, [new LoadMeta(MetaKey.Mark, First), new Compare(First, CompareOperator.NotEqual, EquatableArray.Create<byte>(Host32(7))), new LoadConntrack(ConntrackKey.Direction, First), Is(First, 1), new LoadConntrack(ConntrackKey.Mark, First), Is(First, Host32(1)), new Decide(ChainVerdict.Return)]),
                Rule(null, [new LoadMeta(MetaKey.OutputInterface, First), Is(First, Host32(1)), new LoadMeta(MetaKey.OutputInterfaceName, First), Is(First, InterfaceName("lo")), new Decide(ChainVerdict.Accept)]),
            ]),
            new Chain("forward", new BaseHook(Hook.Forward, 10), [
                Rule(null, [new LoadMeta(MetaKey.InputInterface, First), Is(First, Host32(1)), new Reject(RejectKind.AdministrativelyProhibited)]),
                Rule(null, [new LoadMeta(MetaKey.TransportProtocol, First), Is(First, 6), new Reject(RejectKind.TcpReset)]),
            ]),
            new Chain("in-tcp-9080", null, [
                Rule("default/reviews-to-ratings", [.. IsIpv4, Source4(First), new CountByMap(Peers4.Name, First), new Decide(ChainVerdict.Accept)]),
                Rule(null, [.. IsIpv6, Source6(First), new CountByMap(Peers6.Name, First), new Decide(ChainVerdict.Accept)]),
                Rule(null, [.. IsIpv4, Source4(First), new CountByMap(Ranges4.Name, First), new Decide(ChainVerdict.Accept)]),
                Rule(null, [.. IsIpv6, Source6(First), new LookupSet(Ranges6.Name, First, Inverted: true), new Decide(new ChainVerdict(VerdictCode.Continue))]),
                Rule("masked", [.. IsIpv4, Source4(First), new Bitwise(First, First, [255, 255, 255, 0], [0, 0, 0, 0]), new CountByMap(Peers4.Name, First), new Decide(ChainVerdict.Accept)]),
            ]),
            new Chain("in-deny", null, [
                Rule(null, [new LoadMeta(MetaKey.TransportProtocol, First), new LookupSet(Protocols.Name, First, Inverted: false), new Decide(ChainVerdict.Return)]),
                Rule(null, [new LoadMeta(MetaKey.TransportProtocol, First), Is(First, 6), DestinationPort(First), new Compare(First, CompareOperator.GreaterOrEqual, [0x1f, 0x90]), new Compare(First, CompareOperator.LessOrEqual, [0x1f, 0x98]), new Decide(ChainVerdict.Jump("leaf"))]),
                Rule(null, [new LoadMeta(MetaKey.TransportProtocol, First), Is(First, 17), DestinationPort(First), new LookupVerdict(PortRanges.Name, First)]),
                Rule(null, [new Limit(50, 100), new LogToGroup(4242, "in:denied", 96, 20)]),
                Rule("denied", [new Count("denied.in"), new Decide(ChainVerdict.Drop)]),
            ]),
            new Chain("leaf", null, [
                Rule(null, [new LoadMeta(MetaKey.TransportProtocol, First), Is(First, 1), new LoadPayload(PayloadBase.Transport, 0, 1, First), new Compare(First, CompareOperator.Less, [3]), new Decide(ChainVerdict.Drop)]),
                Rule(null, [new LoadMeta(MetaKey.TransportProtocol, First), Is(First, 58), new LoadPayload(PayloadBase.Transport, 0, 1, First), new Compare(First, CompareOperator.Greater, [3]), new Decide(ChainVerdict.Drop)]),
            ]),
            new Chain(Ruleset.StampChain, null, [Rule("revision 42 policy 3f2a", new Decide(ChainVerdict.Return))]),
        ]);
}
