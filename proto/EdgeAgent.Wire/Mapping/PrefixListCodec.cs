using System.Buffers;
using System.Collections.Immutable;
using EdgeAgent.Contracts;
using Google.Protobuf;

namespace EdgeAgent.Wire;

/// <summary>
/// Canonical address blocks as bytes: for each block one byte of prefix length, then the distance of its first address
/// from the one before as LEB128. Fleet addresses lie close together, so that most blocks take two or three bytes.
/// </summary>
public static class PrefixListCodec
{
    /// <summary>Encodes a canonical list (sorted, disjoint, both families).</summary>
    public static V1.PrefixList Encode(IEnumerable<Cidr> canonical)
    {
        var (v4, v6) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        var (previous4, previous6) = (UInt128.Zero, UInt128.Zero);
        foreach (var block in canonical)
        {
            if (block.Family == IpFamily.V4)
                Write(v4, block, ref previous4);
            else
                Write(v6, block, ref previous6);
        }

        return new() { V4 = ByteString.CopyFrom(v4.WrittenSpan), V6 = ByteString.CopyFrom(v6.WrittenSpan) };
    }

    /// <summary>Decodes a list.</summary>
    /// <exception cref="WireFormatException">The bytes are cut off, out of range or not ascending.</exception>
    public static ImmutableArray<Cidr> Decode(V1.PrefixList? list)
    {
        var blocks = ImmutableArray.CreateBuilder<Cidr>();
        if (list is not null)
        {
            Read(list.V4.Span, IpFamily.V4, blocks);
            Read(list.V6.Span, IpFamily.V6, blocks);
        }

        return blocks.ToImmutable();
    }

    private static void Write(ArrayBufferWriter<byte> writer, Cidr block, ref UInt128 previous)
    {
        var bytes = writer.GetSpan(20);
        var length = 0;
        bytes[length++] = block.Length;
        var distance = block.Network.Bits - previous;
        while (distance >= 0x80)
        {
            bytes[length++] = (byte)((byte)distance | 0x80);
            distance >>= 7;
        }

        bytes[length++] = (byte)distance;
        writer.Advance(length);
        previous = block.Network.Bits;
    }

    private static void Read(ReadOnlySpan<byte> bytes, IpFamily family, ImmutableArray<Cidr>.Builder blocks)
    {
        var width = family == IpFamily.V4 ? 32 : 128;
        UInt128? end = null;
        var at = 0;
        var previous = UInt128.Zero;
        while (at < bytes.Length)
        {
            var start = at;
            var length = bytes[at++];
            if (length > width)
                throw Bad(family, start, $"prefix length {length}", $"at most {width}");
            var network = previous + Distance(bytes, ref at, family);
            if (network < previous || (width == 32 && network > uint.MaxValue))
                throw Bad(family, start, "an address beyond the family", $"at most {width} bits");
            var block = new Cidr(new(family, network), length);
            if (block.Network.Bits != network)
                throw Bad(family, start, "bits beyond the prefix", "a canonical block");
            if (network <= end)
                throw Bad(family, start, "a block that is not after the one before", "ascending, disjoint blocks");
            blocks.Add(block);
            previous = network;
            end = block.Last.Bits;
        }
    }

    private static UInt128 Distance(ReadOnlySpan<byte> bytes, ref int at, IpFamily family)
    {
        var value = UInt128.Zero;
        for (var shift = 0; ; shift += 7)
        {
            if (at == bytes.Length)
                throw Bad(family, at, "the end", "the rest of a distance");
            var b = bytes[at++];
            if (shift == 126 && b > 3)
                throw Bad(family, at - 1, "a distance of more than 128 bits", "at most 128 bits");
            value |= (UInt128)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
        }
    }

    private static WireFormatException Bad(IpFamily family, int offset, string found, string expected) =>
        new($"prefix list {family}, byte {offset}: {found}; expected {expected}");
}
