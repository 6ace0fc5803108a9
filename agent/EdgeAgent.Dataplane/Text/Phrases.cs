using System.Globalization;
using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Short words for the common sequences of steps, such as <c>ct state established</c>. A phrase stands for exactly one sequence,
/// registers included; what differs in anything is written step by step.
/// </summary>
internal static class Phrases
{
    private static readonly Register First = new(0);

    /// <summary>The phrase for the first steps and how many they are; null, and one, where there is none.</summary>
    public static string? Of(ReadOnlySpan<Expression> steps, out int used)
    {
        used = 1;
        if (steps is [LoadConntrack { Key: ConntrackKey.State } load, Bitwise { Mask.Count: 4 } bits, Compare { Operator: CompareOperator.NotEqual } compare, ..]
            && load.Into == First && Keeps(bits) && compare.Source == First && compare.Value == new EquatableArray<byte>([0, 0, 0, 0])
            && States(BitConverter.ToUInt32(bits.Mask.AsSpan())) is { } states)
        {
            used = 3;
            return $"ct state {states}";
        }

        if (steps is [LoadConntrack { Key: ConntrackKey.Mark } mark, Bitwise { Mask.Count: 4 } kept, Compare { Operator: CompareOperator.NotEqual } zero, ..]
            && mark.Into == First && Keeps(kept) && zero.Source == First && zero.Value == new EquatableArray<byte>([0, 0, 0, 0]))
        {
            used = 3;
            return string.Create(CultureInfo.InvariantCulture, $"ct mark & 0x{BitConverter.ToUInt32(kept.Mask.AsSpan()):x8} != 0");
        }

        return Address(steps, ref used) ?? Masked(steps, ref used) ?? Equality(steps, ref used) ?? Range(steps, ref used);
    }

    private static string? States(uint mask)
    {
        var states = Enum.GetValues<ConntrackStates>().Where(state => state != 0 && (mask & (uint)state) != 0).ToList();
        return states.Count > 0 && states.Aggregate(0u, (sum, state) => sum | (uint)state) == mask ? string.Join(',', states).ToLowerInvariant() : null;
    }

    private static string? Address(ReadOnlySpan<Expression> steps, ref int used)
    {
        if (steps is [LoadPayload { Base: PayloadBase.Network } load, Compare { Operator: CompareOperator.Equal } whole, ..]
            && load.Into == First && whole.Source == First && IsAddress(load) && whole.Value.Count == load.Length)
        {
            used = 2;
            return $"{Words.Of(load)} {IpAddress.FromBytes(whole.Value.AsSpan())}";
        }

        if (steps is [LoadPayload { Base: PayloadBase.Network } from, Bitwise bits, Compare { Operator: CompareOperator.Equal } part, ..]
            && from.Into == First && IsAddress(from) && Keeps(bits) && bits.Mask.Count == from.Length && part.Source == First && part.Value.Count == from.Length
            && Prefix(bits.Mask) is { } prefix && new Cidr(IpAddress.FromBytes(part.Value.AsSpan()), prefix) is var block && block.Network == IpAddress.FromBytes(part.Value.AsSpan()))
        {
            used = 3;
            return $"{Words.Of(from)} {block}";
        }

        return null;
    }

    private static string? Masked(ReadOnlySpan<Expression> steps, ref int used)
    {
        if (steps is not [LoadPayload load, Bitwise bits, CountByMap or LookupSet, ..]
            || load.Into != First || !IsAddress(load) || !Keeps(bits) || bits.Mask.Count != load.Length || Prefix(bits.Mask) is null)
            return null;
        used = 2;
        return $"{Words.Of(load)} & {IpAddress.FromBytes(bits.Mask.AsSpan())}";
    }

    private static string? Equality(ReadOnlySpan<Expression> steps, ref int used)
    {
        if (steps is not [_, Compare { Operator: CompareOperator.Equal or CompareOperator.NotEqual } compare, ..] || compare.Source != First)
            return null;
        var bytes = compare.Value.AsSpan();
        var value = steps[0] switch
        {
            LoadMeta { Key: MetaKey.Family } load when load.Into == First && bytes is [2 or 10] => $"meta nfproto {{0}}{(bytes[0] == 2 ? "ipv4" : "ipv6")}",
            LoadMeta { Key: MetaKey.TransportProtocol } load when load.Into == First && bytes.Length == 1 => $"meta l4proto {{0}}{Words.Of(new IpProtocol(bytes[0]))}",
            LoadMeta { Key: MetaKey.InputInterface or MetaKey.OutputInterface } load when load.Into == First && bytes is [1, 0, 0, 0] => $"{Words.Of(load.Key)} {{0}}\"lo\"",
            LoadMeta { Key: MetaKey.InputInterfaceName or MetaKey.OutputInterfaceName } load when load.Into == First && InterfaceName(bytes) is { } name => $"{Words.Of(load.Key)} {{0}}\"{name}\"",
            LoadPayload { Base: PayloadBase.Transport } load when load.Into == First && IsNumber(load) && bytes.Length == load.Length => $"{Words.Of(load)} {{0}}{Number(bytes)}",
            _ => null,
        };
        if (value is null)
            return null;
        used = 2;
        return value.Replace("{0}", compare.Operator == CompareOperator.Equal ? "" : "!= ", StringComparison.Ordinal);
    }

    private static string? Range(ReadOnlySpan<Expression> steps, ref int used)
    {
        if (steps is not [LoadPayload { Base: PayloadBase.Transport } load, Compare { Operator: CompareOperator.GreaterOrEqual } low, Compare { Operator: CompareOperator.LessOrEqual } high, ..]
            || load.Into != First || !IsNumber(load) || low.Source != First || high.Source != First || low.Value.Count != load.Length || high.Value.Count != load.Length)
            return null;
        used = 3;
        return string.Create(CultureInfo.InvariantCulture, $"{Words.Of(load)} {Number(low.Value.AsSpan())}-{Number(high.Value.AsSpan())}");
    }

    /// <summary>A whole name, with zeros behind it; null for anything else.</summary>
    private static string? InterfaceName(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return bytes.Length == InterfaceMatch.LongestName + 1 && end >= 0 && bytes[end..].IndexOfAnyExcept((byte)0) < 0 && Encoding.ASCII.GetString(bytes[..end]) is var name && InterfaceMatch.IsName(name) ? name : null;
    }

    private static bool Keeps(Bitwise bits) => bits.Source == First && bits.Into == First && bits.Xor.Count == bits.Mask.Count && bits.Xor.All(b => b == 0);

    private static bool IsAddress(LoadPayload load) => (load.Base, load.Offset, load.Length) is (PayloadBase.Network, 12 or 16, 4) or (PayloadBase.Network, 8 or 24, 16);

    private static bool IsNumber(LoadPayload load) => (load.Offset, load.Length) is (0 or 2, 2) or (0 or 1, 1);

    private static int Number(ReadOnlySpan<byte> bytes) => bytes.Length == 1 ? bytes[0] : (bytes[0] << 8) | bytes[1];

    private static int? Prefix(EquatableArray<byte> mask)
    {
        var length = 0;
        while (length < mask.Count * 8 && (mask[length / 8] & (0x80 >> (length % 8))) != 0)
            length++;
        for (var bit = length; bit < mask.Count * 8; bit++)
        {
            if ((mask[bit / 8] & (0x80 >> (bit % 8))) != 0)
                return null;
        }

        return length;
    }
}
