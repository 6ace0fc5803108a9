using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Set algebra on lists of port ranges.</summary>
internal static class PortRanges
{
    /// <summary>The fewest ascending, disjoint ranges that hold the same ports.</summary>
    public static List<PortRange> Merge(IEnumerable<PortRange> ranges)
    {
        var result = new List<PortRange>();
        foreach (var range in ranges.Order())
        {
            if (result.Count > 0 && range.First <= result[^1].Last + 1)
                result[^1] = new(result[^1].First, Math.Max(result[^1].Last, range.Last));
            else
                result.Add(range);
        }

        return result;
    }

    /// <summary>The ports of the first list that the second lacks.</summary>
    public static List<PortRange> Except(IEnumerable<PortRange> from, IEnumerable<PortRange> remove)
    {
        var removed = Merge(remove);
        var result = new List<PortRange>();
        foreach (var range in Merge(from))
        {
            int next = range.First;
            foreach (var hole in removed)
            {
                if (hole.Last < next || hole.First > range.Last)
                    continue;
                if (hole.First > next)
                    result.Add(new((ushort)next, (ushort)(hole.First - 1)));
                next = hole.Last + 1;
            }

            if (next <= range.Last)
                result.Add(new((ushort)next, range.Last));
        }

        return result;
    }

    /// <summary>Whether the ranges hold all ports.</summary>
    public static bool IsAll(List<PortRange> merged) => merged is [var only] && only == PortRange.All;
}
