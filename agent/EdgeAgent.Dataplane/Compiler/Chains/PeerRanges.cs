using System.Collections.Immutable;
using System.Runtime.InteropServices;
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

    /// <summary>The addresses in blocks that are small enough to be listed one by one, as long as these are few.</summary>
    public long SmallBlockAddresses { get; private set; }

    /// <summary>Single addresses, ascending.</summary>
    public List<PeerRange> Singles { get; } = [];

    /// <summary>Blocks, ascending and disjoint.</summary>
    public List<(Cidr Block, ElementValue? Value)> Blocks { get; } = [];

    public static PeerRanges Of(IpFamily family, IEnumerable<(PeerClass Peer, ElementValue? Value)> entries)
    {
        var merged = Merged(entries);
        var result = new PeerRanges();
        var runs = new List<(PeerRange Run, ImmutableArray<Cidr> Blocks)>();
        foreach (var run in merged)
        {
            if (run.First == run.Last)
                continue;
            runs.Add((run, CidrSet.FromRanges([new(family, run.First, run.Last)])));
            foreach (var block in runs[^1].Blocks)
                result.SmallBlockAddresses += Small(block);
        }

        var listed = ShortestListed(family, result.SmallBlockAddresses);
        result.Singles.Capacity = merged.Count;
        var next = 0;
        foreach (var run in merged)
            result.Add(run, run.First == run.Last ? [] : runs[next++].Blocks, listed);
        return result;
    }

    /// <summary>One run of addresses, which no address of the same value adjoins.</summary>
    /// <param name="family">Its family.</param>
    /// <param name="run">The run.</param>
    /// <param name="listed">The shortest prefix of blocks that are listed address by address.</param>
    public void Add(IpFamily family, PeerRange run, int listed)
    {
        var blocks = run.First == run.Last ? [] : CidrSet.FromRanges([new(family, run.First, run.Last)]);
        foreach (var block in blocks)
            SmallBlockAddresses += Small(block);
        Add(run, blocks, listed);
    }

    /// <summary>The shortest prefix of blocks that are listed address by address.</summary>
    public static int ShortestListed(IpFamily family, long smallBlockAddresses) =>
        Width(family) - (smallBlockAddresses <= MaxListed ? SmallBlockBits : 0);

    /// <summary>The blocks, neighbours of one value merged.</summary>
    public List<PeerRange> Intervals()
    {
        var intervals = Blocks.ConvertAll(block => new PeerRange(block.Block.Network.Bits, block.Block.Last.Bits, block.Value));
        Merge(intervals);
        return intervals;
    }

    private void Add(PeerRange run, ImmutableArray<Cidr> blocks, int listed)
    {
        if (blocks.IsEmpty)
            Singles.Add(run);
        foreach (var block in blocks)
        {
            if (block.Length < listed)
                Blocks.Add((block, run.Value));
            else
                List(block, run.Value);
        }
    }

    private static int Width(IpFamily family) => family == IpFamily.V4 ? 32 : 128;

    private static long Small(Cidr block) => Width(block.Family) - block.Length is var bits && bits <= SmallBlockBits ? 1L << bits : 0;

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
        var classes = entries.ToList();
        var ranges = new List<PeerRange>(classes.Sum(entry => entry.Peer.Ranges.Count));
        var ascending = true;
        foreach (var (peer, value) in classes)
        {
            foreach (var range in peer.Ranges)
            {
                ascending = ascending && (ranges.Count == 0 || ranges[^1].First < range.First);
                ranges.Add(new(range.First, range.Last, value));
            }
        }

        if (!ascending)
            ranges.Sort((a, b) => a.First.CompareTo(b.First));
        Merge(ranges);
        return ranges;
    }

    /// <summary>Joins neighbours of one value, in place.</summary>
    private static void Merge(List<PeerRange> ranges)
    {
        var items = CollectionsMarshal.AsSpan(ranges);
        var count = 0;
        foreach (var range in items)
        {
            if (count > 0 && items[count - 1] is var previous && previous.Last + 1 == range.First && range.First != 0 && Equals(previous.Value, range.Value))
                items[count - 1] = previous with { Last = range.Last };
            else
                items[count++] = range;
        }

        ranges.RemoveRange(count, ranges.Count - count);
    }
}
