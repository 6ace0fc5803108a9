using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// Some of all traffic that can flow between two addresses: protocols, for those with ports the destination and source ports, for ICMP and
/// ICMPv6 types and codes. Sets are compared by what they hold.
/// </summary>
public sealed class TrafficSet : IEquatable<TrafficSet>
{
    private static readonly IpProtocol[] Divided = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Sctp, IpProtocol.UdpLite, IpProtocol.Icmp, IpProtocol.IcmpV6];
    private static readonly PortRange[] AllPorts = [PortRange.All];
    private static readonly PortRange[] AllTypes = [new(0, byte.MaxValue)];

    private readonly ImmutableArray<TrafficPlane> _planes;
    private readonly ProtocolBits _others;
    private readonly int _hash;

    private TrafficSet(ImmutableArray<TrafficPlane> planes, ProtocolBits others)
    {
        (_planes, _others) = (planes, others);
        var hash = new HashCode();
        hash.Add(others);
        foreach (var plane in planes)
            hash.Add(plane);
        _hash = hash.ToHashCode();
    }

    /// <summary>No traffic.</summary>
    public static TrafficSet None { get; } = new([.. Divided.Select(_ => TrafficPlane.Empty)], ProtocolBits.None);

    /// <summary>All traffic.</summary>
    public static TrafficSet All { get; } = new([.. Divided.Select(Whole)], Divided.Aggregate(ProtocolBits.All, (bits, protocol) => bits.Without(protocol)));

    /// <summary>Whether there is no traffic in it.</summary>
    public bool IsNone => _others == ProtocolBits.None && _planes.All(plane => plane.IsEmpty);

    /// <summary>Whether all traffic is in it.</summary>
    public bool IsAll => Equals(All);

    /// <summary>All traffic of one protocol.</summary>
    public static TrafficSet Of(IpProtocol protocol) => Place(protocol) is >= 0 and var place ? Of(place, Whole(protocol)) : new(None._planes, ProtocolBits.None.With(protocol));

    /// <summary>Traffic of one protocol with ports, to some destination ports.</summary>
    /// <exception cref="ArgumentException">The protocol has no ports.</exception>
    public static TrafficSet Of(IpProtocol protocol, params IEnumerable<PortRange> ports) =>
        protocol.HasPorts ? Of(Place(protocol), TrafficPlane.Of(ports, AllPorts)) : throw new ArgumentException($"{protocol} has no ports", nameof(protocol));

    /// <summary>What is in one of the two.</summary>
    public TrafficSet Union(TrafficSet other) =>
        ReferenceEquals(this, other) || other.IsNone ? this : IsNone ? other : Combine(other, (mine, theirs) => mine.Union(theirs), _others | other._others);

    /// <summary>What is in both.</summary>
    public TrafficSet Intersect(TrafficSet other) =>
        ReferenceEquals(this, other) || ReferenceEquals(other, All) ? this
        : ReferenceEquals(this, All) ? other
        : Combine(other, (mine, theirs) => mine.Intersect(theirs), _others & other._others);

    /// <summary>What is in this one alone.</summary>
    public TrafficSet Except(TrafficSet other) =>
        ReferenceEquals(this, other) ? None : other.IsNone ? this : Combine(other, (mine, theirs) => mine.Except(theirs), _others.Except(other._others));

    /// <summary>Whether the two share any traffic.</summary>
    public bool Overlaps(TrafficSet other) => !Intersect(other).IsNone;

    /// <summary>Whether a packet is in it.</summary>
    /// <param name="protocol">Its protocol.</param>
    /// <param name="first">Its destination port, or its ICMP type; looked at for protocols that have it.</param>
    /// <param name="second">Its source port, or its ICMP code.</param>
    public bool Contains(IpProtocol protocol, ushort first, ushort second) =>
        Place(protocol) is >= 0 and var place ? _planes[place].Contains(first, second) : _others.Has(protocol);

    /// <summary>One packet that is in it: its protocol, its destination port or ICMP type, and its source port or ICMP code.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public (IpProtocol Protocol, ushort First, ushort Second) Sample
    {
        get
        {
            for (var place = 0; place < Divided.Length; place++)
            {
                if (!_planes[place].IsEmpty)
                    return (Divided[place], _planes[place].Slabs[0].Range.First, _planes[place].Slabs[0].Across[0].First);
            }

            return (new((byte)_others.Ranges().First().First), 0, 0);
        }
    }

    /// <summary>The parts that make it up: each protocol apart, and its ports by what source ports they have.</summary>
    public IEnumerable<TrafficPart> Parts
    {
        get
        {
            for (var place = 0; place < Divided.Length; place++)
            {
                foreach (var part in PartsOf(place))
                    yield return part;
            }

            if (_others == All._others)
                yield return new("other", [], []);
            else
                foreach (var range in _others.Ranges())
                    yield return new(range.ToString(), [], []);
        }
    }

    /// <inheritdoc/>
    public bool Equals(TrafficSet? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && _others == other._others && _planes.AsSpan().SequenceEqual(other._planes.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TrafficSet);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary><c>any</c>, <c>TCP/80,443; UDP/53</c>, or <c>any but ...</c> where that is shorter.</summary>
    public override string ToString()
    {
        if (IsNone || IsAll)
            return IsAll ? "any" : "none";
        var parts = Parts.ToList();
        var rest = All.Except(this).Parts.ToList();
        return rest.Count < parts.Count ? $"any but {string.Join("; ", rest)}" : string.Join("; ", parts);
    }

    /// <summary>The traffic that a compiled form matches, but for its family.</summary>
    internal static TrafficSet Of(TrafficForm form)
    {
        if (form.Protocol is not { } match)
            return All;
        if (match.Negated)
            return All.Except(Of(match.Protocol));
        var place = Place(match.Protocol);
        if (form.Icmp is { } icmp)
        {
            var named = TrafficPlane.Of([PortRange.Single(icmp.Type)], icmp.Code is { } code ? [PortRange.Single(code)] : AllTypes);
            return Of(place, icmp.Negated ? Whole(match.Protocol).Except(named) : named);
        }

        return form.Ports.IsEmpty && form.SourcePorts.IsEmpty
            ? Of(match.Protocol)
            : Of(place, TrafficPlane.Of(form.Ports.IsEmpty ? AllPorts : form.Ports, form.SourcePorts.IsEmpty ? AllPorts : form.SourcePorts));
    }

    private static TrafficSet Of(int place, TrafficPlane plane) => new(None._planes.SetItem(place, plane), ProtocolBits.None);

    private static int Place(IpProtocol protocol) => Array.IndexOf(Divided, protocol);

    private static TrafficPlane Whole(IpProtocol protocol) => protocol.HasPorts ? TrafficPlane.Of(AllPorts, AllPorts) : TrafficPlane.Of(AllTypes, AllTypes);

    private TrafficSet Combine(TrafficSet other, Func<TrafficPlane, TrafficPlane, TrafficPlane> combine, ProtocolBits others)
    {
        var planes = ImmutableArray.CreateBuilder<TrafficPlane>(_planes.Length);
        for (var place = 0; place < _planes.Length; place++)
            planes.Add(combine(_planes[place], other._planes[place]));
        return new(planes.MoveToImmutable(), others);
    }

    private IEnumerable<TrafficPart> PartsOf(int place)
    {
        var (plane, whole) = (_planes[place], All._planes[place].Slabs[0]);
        return plane.Slabs.GroupBy(slab => slab.Across).Select(alike =>
        {
            var ranges = alike.Select(slab => slab.Range).ToEquatableArray();
            return new TrafficPart(
                Divided[place].ToString(),
                ranges.Count == 1 && ranges[0] == whole.Range ? [] : ranges,
                alike.Key == whole.Across ? [] : alike.Key);
        });
    }
}
