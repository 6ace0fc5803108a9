using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Consecutive addresses with one value.</summary>
internal readonly record struct PeerRange(UInt128 First, UInt128 Last, ElementValue? Value);

/// <summary>
/// The addresses of one family in a table, as single addresses and as blocks. Blocks of a few addresses count as single ones:
/// dense hosts merge into such blocks and part again, and a hash takes each of them as one cheap change.
/// </summary>
internal sealed class PeerRanges
{
    private const int SmallBlockBits = 6;
    private const int MaxListed = 65_536;

    /// <summary>Single addresses, ascending.</summary>
    public List<PeerRange> Singles { get; } = [];

    /// <summary>Blocks, ascending and disjoint.</summary>
    public List<(Cidr Block, ElementValue? Value)> Blocks { get; } = [];

    public static PeerRanges Of(IpFamily family, IEnumerable<(PeerClass Peer, ElementValue? Value)> entries)
    {
        var merged = Merged(entries);
        var result = new PeerRanges();
        var blocks = merged.ConvertAll(range => range.First == range.Last ? [] : CidrSet.FromRanges([new(family, range.First, range.Last)]));
        var width = family == IpFamily.V4 ? 32 : 128;
        long small = 0;
        foreach (var block in blocks.SelectMany(blocks => blocks))
            small += width - block.Length <= SmallBlockBits ? 1L << (width - block.Length) : 0;
        var listed = small <= MaxListed ? width - SmallBlockBits : width;
        for (var i = 0; i < merged.Count; i++)
        {
            if (blocks[i].IsEmpty)
                result.Singles.Add(merged[i]);
            foreach (var block in blocks[i])
            {
                if (block.Length < listed)
                    result.Blocks.Add((block, merged[i].Value));
                else
                    result.List(block, merged[i].Value);
            }
        }

        return result;
    }

    /// <summary>The blocks, neighbours of one value merged.</summary>
    public List<PeerRange> Intervals() => Merge(Blocks.Select(block => new PeerRange(block.Block.Network.Bits, block.Block.Last.Bits, block.Value)));

    private void List(Cidr block, ElementValue? value)
    {
        for (var address = block.Network.Bits; ; address++)
        {
            Singles.Add(new(address, address, value));
            if (address == block.Last.Bits)
                break;
        }
    }

    private static List<PeerRange> Merged(IEnumerable<(PeerClass Peer, ElementValue? Value)> entries)
    {
        var ranges = new List<PeerRange>();
        var ascending = true;
        foreach (var (peer, value) in entries)
        {
            foreach (var range in peer.Ranges)
            {
                ascending = ascending && (ranges.Count == 0 || ranges[^1].First < range.First);
                ranges.Add(new(range.First, range.Last, value));
            }
        }

        if (!ascending)
            ranges.Sort((a, b) => a.First.CompareTo(b.First));
        return Merge(ranges);
    }

    private static List<PeerRange> Merge(IEnumerable<PeerRange> ranges)
    {
        var result = new List<PeerRange>();
        foreach (var range in ranges)
        {
            if (result.Count > 0 && result[^1] is var previous && previous.Last + 1 == range.First && range.First != 0 && Equals(previous.Value, range.Value))
                result[^1] = previous with { Last = range.Last };
            else
                result.Add(range);
        }

        return result;
    }
}
