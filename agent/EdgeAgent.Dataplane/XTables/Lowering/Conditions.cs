using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>What must hold of a packet so that a rule applies, while the rule's steps are read.</summary>
internal sealed record Conditions
{
    /// <summary>Any packet.</summary>
    public static Conditions Any { get; } = new();

    public FilterHeader Header { get; init; } = FilterHeader.Any;

    /// <summary>The states of which the packet must be in one; null for any.</summary>
    public ConntrackStates? States { get; init; }

    /// <summary>The bit of the connection's mark that must be set; null for none.</summary>
    public MarkMatch? Mark { get; init; }

    /// <summary>The source ports: disjoint; all for any.</summary>
    public EquatableArray<PortRange> SourcePorts { get; init; } = [PortRange.All];

    /// <summary>The destination ports: disjoint; all for any.</summary>
    public EquatableArray<PortRange> DestinationPorts { get; init; } = [PortRange.All];

    public ByteRange IcmpTypes { get; init; } = ByteRange.All;

    public ByteRange IcmpCodes { get; init; } = ByteRange.All;

    public EquatableArray<SetMatch> Sets { get; init; } = [];

    public RateMatch? Rate { get; init; }

    /// <summary>A counter that counts where all of this holds, and is not yet said by a rule.</summary>
    public string? Counter { get; init; }

    public bool LooksAtPorts => SourcePorts is not [var source] || source != PortRange.All || DestinationPorts is not [var destination] || destination != PortRange.All;

    public bool LooksAtIcmp => IcmpTypes != ByteRange.All || IcmpCodes != ByteRange.All;

    // Each of these gives null where nothing can match any more.

    public Conditions? With(IpProtocol protocol) =>
        Header.Protocol is { } known && known != protocol ? null : this with { Header = Header with { Protocol = protocol } };

    public Conditions? WithAddress(bool source, Cidr block)
    {
        var known = source ? Header.Source : Header.Destination;
        if (known is { } before)
        {
            if (!before.Overlaps(block))
                return null;
            block = before.Length > block.Length ? before : block;
        }

        return this with { Header = source ? Header with { Source = block } : Header with { Destination = block } };
    }

    public Conditions? With(ConntrackStates states)
    {
        // A packet is in exactly one state.
        var both = States is { } known ? known & states : states;
        return both == ConntrackStates.None ? null : this with { States = both };
    }

    public Conditions? WithPorts(bool source, IEnumerable<PortRange> ports)
    {
        var known = source ? SourcePorts : DestinationPorts;
        var both = ports
            .SelectMany(range => known.Where(range.Overlaps).Select(other => new PortRange(Math.Max(range.First, other.First), Math.Min(range.Last, other.Last))))
            .Order()
            .ToEquatableArray();
        return both.IsEmpty ? null : source ? this with { SourcePorts = both } : this with { DestinationPorts = both };
    }

    public Conditions? WithIcmpTypes(ByteRange types) => IcmpTypes.Intersect(types) is { } both ? this with { IcmpTypes = both } : null;

    public Conditions? WithIcmpCodes(ByteRange codes) => IcmpCodes.Intersect(codes) is { } both ? this with { IcmpCodes = both } : null;

    public Conditions With(SetMatch set) => this with { Sets = [.. Sets, set] };
}

/// <summary>Numbers from one to another, both included.</summary>
internal readonly record struct ByteRange(byte First, byte Last)
{
    public static ByteRange All { get; } = new(0, byte.MaxValue);

    public ByteRange? Intersect(ByteRange other)
    {
        var (first, last) = (Math.Max(First, other.First), Math.Min(Last, other.Last));
        return first <= last ? new(first, last) : null;
    }
}
