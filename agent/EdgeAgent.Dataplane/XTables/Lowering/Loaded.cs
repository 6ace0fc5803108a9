using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>What a register holds, while a rule's steps are read.</summary>
/// <param name="Field">Which field of packet or connection.</param>
/// <param name="Mask">The bits that were kept of it; empty for all.</param>
internal sealed record Loaded(LoadedField Field, EquatableArray<byte> Mask)
{
    public static Loaded Of(Expression load) => new(FieldOf(load), []);

    /// <summary>The length of the prefix that was kept of an address.</summary>
    public int PrefixLength(IpFamily family)
    {
        var bits = family == IpFamily.V4 ? 32 : 128;
        if (Mask.IsEmpty)
            return bits;
        var length = Mask.Items.Sum(part => BitOperations.PopCount(part));
        Span<byte> prefix = stackalloc byte[bits / 8];
        new Cidr(new IpAddress(family, UInt128.MaxValue >> (128 - bits)), length).Network.WriteTo(prefix);
        return prefix.SequenceEqual(Mask.AsSpan()) ? length : throw Wordless($"an address under the mask {Words.Hex(Mask)}");
    }

    /// <summary>The conditions with a comparison added; null where nothing can match any more.</summary>
    public Conditions? Compare(Conditions conditions, Compare compare, IpFamily family)
    {
        var value = compare.Value.AsSpan();
        switch (Field, compare.Operator)
        {
            case (LoadedField.Family, CompareOperator.Equal):
                return value[0] == (family == IpFamily.V4 ? 2 : 10) ? conditions : null;
            case (LoadedField.Protocol, CompareOperator.Equal):
                return conditions.With(new IpProtocol(value[0]));
            case (LoadedField.InputInterface, CompareOperator.Equal) when IsLoopback(value):
                return conditions with { Header = conditions.Header with { InputInterface = new("lo") } };
            case (LoadedField.OutputInterface, CompareOperator.Equal) when IsLoopback(value):
                return conditions with { Header = conditions.Header with { OutputInterface = new("lo") } };
            case (LoadedField.InputInterfaceName, CompareOperator.Equal or CompareOperator.NotEqual) when conditions.Header.InputInterface.IsAny:
                return conditions with { Header = conditions.Header with { InputInterface = Interface(compare) } };
            case (LoadedField.OutputInterfaceName, CompareOperator.Equal or CompareOperator.NotEqual) when conditions.Header.OutputInterface.IsAny:
                return conditions with { Header = conditions.Header with { OutputInterface = Interface(compare) } };
            case (LoadedField.State, CompareOperator.NotEqual) when value.IndexOfAnyExcept((byte)0) < 0 && Mask.Count == 4:
                return conditions.With((ConntrackStates)BitConverter.ToUInt32(Mask.AsSpan()));
            case (LoadedField.Mark, CompareOperator.NotEqual) when value.IndexOfAnyExcept((byte)0) < 0 && Mask.Count == 4 && conditions.Mark is null
                && BitConverter.ToUInt32(Mask.AsSpan()) is var bit && BitOperations.IsPow2(bit):
                return conditions with { Mark = new(bit) };
            case (LoadedField.Source or LoadedField.Destination, CompareOperator.Equal):
                return conditions.WithAddress(Field == LoadedField.Source, new Cidr(IpAddress.FromBytes(value), PrefixLength(family)));
            case (LoadedField.SourcePort or LoadedField.DestinationPort, _) when Range(compare, ushort.MaxValue) is var (first, last):
                return conditions.WithPorts(Field == LoadedField.SourcePort, [new((ushort)first, (ushort)last)]);
            case (LoadedField.IcmpType, _) when Range(compare, byte.MaxValue) is var (first, last):
                return conditions.WithIcmpTypes(new((byte)first, (byte)last));
            case (LoadedField.IcmpCode, _) when Range(compare, byte.MaxValue) is var (first, last):
                return conditions.WithIcmpCodes(new((byte)first, (byte)last));
            default:
                throw Wordless($"{Field} {Words.Of(compare.Operator)} {Words.Hex(compare.Value)}");
        }
    }

    public static UncompilablePolicyException Wordless(string what) => new($"x_tables has no words for {what}; the nftables backend is needed");

    private static LoadedField FieldOf(Expression load) => load switch
    {
        LoadMeta { Key: MetaKey.Family } => LoadedField.Family,
        LoadMeta { Key: MetaKey.TransportProtocol } => LoadedField.Protocol,
        LoadMeta { Key: MetaKey.InputInterface } => LoadedField.InputInterface,
        LoadMeta { Key: MetaKey.OutputInterface } => LoadedField.OutputInterface,
        LoadMeta { Key: MetaKey.InputInterfaceName } => LoadedField.InputInterfaceName,
        LoadMeta { Key: MetaKey.OutputInterfaceName } => LoadedField.OutputInterfaceName,
        LoadConntrack { Key: ConntrackKey.State } => LoadedField.State,
        LoadConntrack { Key: ConntrackKey.Mark } => LoadedField.Mark,
        LoadPayload { Base: PayloadBase.Network, Offset: 12, Length: 4 } or LoadPayload { Base: PayloadBase.Network, Offset: 8, Length: 16 } => LoadedField.Source,
        LoadPayload { Base: PayloadBase.Network, Offset: 16, Length: 4 } or LoadPayload { Base: PayloadBase.Network, Offset: 24, Length: 16 } => LoadedField.Destination,
        LoadPayload { Base: PayloadBase.Transport, Offset: 0, Length: 2 } => LoadedField.SourcePort,
        LoadPayload { Base: PayloadBase.Transport, Offset: 2, Length: 2 } => LoadedField.DestinationPort,
        LoadPayload { Base: PayloadBase.Transport, Offset: 0, Length: 1 } => LoadedField.IcmpType,
        LoadPayload { Base: PayloadBase.Transport, Offset: 1, Length: 1 } => LoadedField.IcmpCode,
        _ => throw Wordless(load.ToString()),
    };

    // The loopback interface's index is 1 in every network namespace, and its name lo.
    private static bool IsLoopback(ReadOnlySpan<byte> index) => index.Length == 4 && BitConverter.ToUInt32(index) == 1;

    private static InterfaceName Interface(Compare compare) =>
        new(Encoding.ASCII.GetString(compare.Value.AsSpan()).TrimEnd('\0'), compare.Operator == CompareOperator.NotEqual);

    private static (int First, int Last)? Range(Compare compare, int highest)
    {
        var number = compare.Value.Count == 1 ? compare.Value[0] : BinaryPrimitives.ReadUInt16BigEndian(compare.Value.AsSpan());
        return compare.Operator switch
        {
            CompareOperator.Equal => (number, number),
            CompareOperator.LessOrEqual => (0, number),
            CompareOperator.GreaterOrEqual => (number, highest),
            _ => null,
        };
    }
}

/// <summary>The fields that rules look at.</summary>
internal enum LoadedField
{
    Family,
    Protocol,
    InputInterface,
    OutputInterface,
    InputInterfaceName,
    OutputInterfaceName,
    State,
    Mark,
    Source,
    Destination,
    SourcePort,
    DestinationPort,
    IcmpType,
    IcmpCode,
}
