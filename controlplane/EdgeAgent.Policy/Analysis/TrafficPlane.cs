using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// A set of pairs of numbers: destination and source ports, or ICMP types and codes. It is kept as slabs: ascending, disjoint ranges of the
/// first number, each with the ranges of the second; neighbours differ. Equal sets have equal slabs.
/// </summary>
internal sealed class TrafficPlane : IEquatable<TrafficPlane>
{
    private readonly ImmutableArray<TrafficSlab> _slabs;

    private TrafficPlane(ImmutableArray<TrafficSlab> slabs) => _slabs = slabs;

    /// <summary>No pair.</summary>
    public static TrafficPlane Empty { get; } = new([]);

    public bool IsEmpty => _slabs.IsEmpty;

    /// <summary>The slabs.</summary>
    public ImmutableArray<TrafficSlab> Slabs => _slabs;

    /// <summary>Every pair of a number of the first ranges and one of the second.</summary>
    public static TrafficPlane Of(IEnumerable<PortRange> first, IEnumerable<PortRange> second)
    {
        var across = PortRanges.Merge(second).ToEquatableArray();
        return across.IsEmpty ? Empty : new([.. PortRanges.Merge(first).Select(range => new TrafficSlab(range, across))]);
    }

    public bool Contains(ushort first, ushort second)
    {
        foreach (var slab in _slabs)
        {
            if (slab.Range.Contains(first))
                return slab.Holds(second);
        }

        return false;
    }

    public TrafficPlane Union(TrafficPlane other) =>
        IsEmpty ? other : other.IsEmpty ? this : Combine(other, (mine, theirs) => PortRanges.Merge(mine.Concat(theirs)));

    public TrafficPlane Intersect(TrafficPlane other) =>
        IsEmpty || other.IsEmpty ? Empty : Combine(other, (mine, theirs) => PortRanges.Except(mine, PortRanges.Except(mine, theirs)));

    public TrafficPlane Except(TrafficPlane other) =>
        IsEmpty || other.IsEmpty ? this : Combine(other, (mine, theirs) => PortRanges.Except(mine, theirs));

    public bool Equals(TrafficPlane? other) => ReferenceEquals(this, other) || (other is not null && _slabs.AsSpan().SequenceEqual(other._slabs.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as TrafficPlane);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var slab in _slabs)
            hash.Add(slab);
        return hash.ToHashCode();
    }

    private TrafficPlane Combine(TrafficPlane other, Func<EquatableArray<PortRange>, EquatableArray<PortRange>, List<PortRange>> across)
    {
        var edges = new SortedSet<int>(_slabs.Concat(other._slabs).SelectMany(slab => new[] { slab.Range.First, slab.Range.Last + 1 }));
        var result = new List<TrafficSlab>();
        var (start, i, j) = (-1, 0, 0);
        foreach (var edge in edges)
        {
            if (start >= 0)
            {
                var held = across(At(_slabs, ref i, start), At(other._slabs, ref j, start)).ToEquatableArray();
                if (!held.IsEmpty)
                    Append(result, new(new((ushort)start, (ushort)(edge - 1)), held));
            }

            start = edge;
        }

        return result.Count == 0 ? Empty : new([.. result]);
    }

    private static EquatableArray<PortRange> At(ImmutableArray<TrafficSlab> slabs, ref int next, int number)
    {
        while (next < slabs.Length && slabs[next].Range.Last < number)
            next++;
        return next < slabs.Length && slabs[next].Range.First <= number ? slabs[next].Across : [];
    }

    private static void Append(List<TrafficSlab> slabs, TrafficSlab slab)
    {
        if (slabs.Count > 0 && slabs[^1] is var last && last.Range.Last + 1 == slab.Range.First && last.Across == slab.Across)
            slabs[^1] = last with { Range = new(last.Range.First, slab.Range.Last) };
        else
            slabs.Add(slab);
    }
}

/// <param name="Range">A range of the first number.</param>
/// <param name="Across">The ranges of the second number that belong to all of it; merged, never empty.</param>
internal readonly record struct TrafficSlab(PortRange Range, EquatableArray<PortRange> Across)
{
    public bool Holds(ushort second)
    {
        foreach (var range in Across)
        {
            if (range.Contains(second))
                return true;
        }

        return false;
    }
}
