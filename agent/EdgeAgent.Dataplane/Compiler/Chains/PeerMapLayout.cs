namespace EdgeAgent.Dataplane;

/// <summary>A set of the kernel that holds some of a peer map's addresses.</summary>
internal sealed class PeerSet(SetSchema schema, int count)
{
    public SetSchema Schema => schema;

    /// <summary>Its elements now.</summary>
    public int Count { get; set; } = count;

    /// <summary>Whether a compilation would lay out the same set for as many elements as it has now.</summary>
    public bool StillFits => Count > 0 && (schema.Intervals || SetSizes.For(Count, schema.Size) == schema.Size);
}

/// <summary>How the peers of one family in a map lie in sets of the kernel.</summary>
internal sealed class PeerMapLayout
{
    /// <summary>Changing an interval map costs time in proportion to its size.</summary>
    public const int MaxIntervals = 1_000;

    /// <summary>Single addresses; null for none.</summary>
    public PeerSet? Singles { get; set; }

    /// <summary>Blocks as intervals; null where there are none, or too many.</summary>
    public PeerSet? Intervals { get; set; }

    /// <summary>Blocks by prefix length, where there are too many for intervals.</summary>
    public SortedDictionary<int, PeerSet> ByLength { get; } = [];

    /// <summary>The intervals that the blocks make, or would make.</summary>
    public int IntervalCount { get; set; }

    /// <summary>The addresses in blocks that are small enough to be listed one by one, as long as these are few.</summary>
    public long SmallBlockAddresses { get; set; }

    /// <summary>Whether a compilation would lay out the same sets.</summary>
    public bool StillFits =>
        Singles?.StillFits != false
        && Intervals?.StillFits != false
        && ByLength.Values.All(set => set.StillFits)
        && (ByLength.Count > 0) == (IntervalCount > MaxIntervals);
}
