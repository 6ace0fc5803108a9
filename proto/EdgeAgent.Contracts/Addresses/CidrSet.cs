using System.Collections.Immutable;

namespace EdgeAgent.Contracts;

/// <summary>Set algebra on lists of blocks. A canonical list is sorted, disjoint, and has no two blocks that make a wider one.</summary>
public static class CidrSet
{
    /// <summary>The canonical list of the same addresses.</summary>
    public static ImmutableArray<Cidr> Canonical(IEnumerable<Cidr> blocks) => FromRanges(Ranges(blocks));

    /// <summary>The addresses that both hold, canonical.</summary>
    public static ImmutableArray<Cidr> Intersect(IEnumerable<Cidr> left, IEnumerable<Cidr> right)
    {
        var (a, b) = (Ranges(left), Ranges(right));
        var result = new List<AddressRange>();
        for (int i = 0, j = 0; i < a.Count && j < b.Count;)
        {
            if (a[i].Family == b[j].Family)
            {
                var first = UInt128.Max(a[i].First, b[j].First);
                var last = UInt128.Min(a[i].Last, b[j].Last);
                if (first <= last)
                    result.Add(new(a[i].Family, first, last));
            }

            if (a[i].Family < b[j].Family || (a[i].Family == b[j].Family && a[i].Last <= b[j].Last))
                i++;
            else
                j++;
        }

        return FromRanges(result);
    }

    /// <summary>The addresses of the first list that the second lacks, canonical.</summary>
    public static ImmutableArray<Cidr> Except(IEnumerable<Cidr> from, IEnumerable<Cidr> remove)
    {
        var removed = Ranges(remove);
        var result = new List<AddressRange>();
        var j = 0;
        foreach (var range in Ranges(from))
        {
            while (j < removed.Count && (removed[j].Family < range.Family || (removed[j].Family == range.Family && removed[j].Last < range.First)))
                j++;
            var next = range.First;
            var open = true;
            for (var k = j; open && k < removed.Count && removed[k].Family == range.Family && removed[k].First <= range.Last; k++)
            {
                if (removed[k].First > next)
                    result.Add(new(range.Family, next, removed[k].First - 1));
                open = removed[k].Last < range.Last;
                next = removed[k].Last + 1;
            }

            if (open)
                result.Add(new(range.Family, next, range.Last));
        }

        return FromRanges(result);
    }

    /// <summary>Whether a canonical list holds the address; a binary search.</summary>
    public static bool Contains(ImmutableArray<Cidr> canonical, IpAddress address)
    {
        var (low, high) = (0, canonical.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (canonical[middle].Contains(address))
                return true;
            if (canonical[middle].Network.CompareTo(address) < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return false;
    }

    /// <summary>The disjoint, ascending, maximal ranges that the blocks cover.</summary>
    public static IReadOnlyList<AddressRange> Ranges(IEnumerable<Cidr> blocks)
    {
        var sorted = blocks.ToArray();
        Array.Sort(sorted);
        var result = new List<AddressRange>(sorted.Length);
        foreach (var block in sorted)
        {
            var range = new AddressRange(block.Family, block.Network.Bits, block.Last.Bits);
            if (result.Count > 0 && result[^1] is var previous && previous.Family == range.Family
                && (range.First <= previous.Last || range.First == previous.Last + 1))
                result[^1] = previous with { Last = UInt128.Max(previous.Last, range.Last) };
            else
                result.Add(range);
        }

        return result;
    }

    /// <summary>The fewest blocks that cover exactly these ascending, disjoint ranges.</summary>
    public static ImmutableArray<Cidr> FromRanges(IReadOnlyList<AddressRange> ranges)
    {
        var result = ImmutableArray.CreateBuilder<Cidr>(ranges.Count);
        foreach (var range in ranges)
        {
            var width = range.Family == IpFamily.V4 ? 32 : 128;
            var next = range.First;
            while (true)
            {
                var free = next == 0 ? width : Math.Min(width, (int)UInt128.TrailingZeroCount(next));
                while (free > 0 && LastOf(next, free) > range.Last)
                    free--;
                result.Add(new(new(range.Family, next), width - free));
                var last = LastOf(next, free);
                if (last >= range.Last)
                    break;
                next = last + 1;
            }
        }

        return result.ToImmutable();
    }

    private static UInt128 LastOf(UInt128 first, int freeBits) =>
        freeBits == 128 ? UInt128.MaxValue : first | ((UInt128.One << freeBits) - 1);
}

/// <summary>Consecutive addresses of one family, both ends included.</summary>
public readonly record struct AddressRange(IpFamily Family, UInt128 First, UInt128 Last);
