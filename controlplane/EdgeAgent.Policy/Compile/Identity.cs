using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// Hosts that every policy treats alike, as subjects and as the other end. What a host must enforce is computed for identities, and for
/// pairs of them, never for pairs of hosts.
/// </summary>
internal sealed class Identity : IEquatable<Identity>
{
    private readonly int _hash;

    public Identity(HostClass sample)
    {
        Slots = sample.Slots;
        Facts = sample.Facts;
        Families = FamilySet.Of(Slots);
        Mode = sample.Key.Mode;
        Undecided = sample.Key.Undecided;
        Placement = sample.Namespace?.Bookend ?? BookendPlacement.Both;
        Only = sample.Key.Only;
        InboundSubject = SubjectOf(Direction.Inbound);
        OutboundSubject = SubjectOf(Direction.Outbound);
        _hash = Hash();
    }

    public ImmutableArray<Slot> Slots { get; }

    /// <summary>For each policy in order.</summary>
    public ImmutableArray<PolicyFacts?> Facts { get; }

    public FamilySet Families { get; }

    public EnforcementMode Mode { get; }

    public UndecidedTraffic Undecided { get; }

    public BookendPlacement Placement { get; }

    public ResourceKey? Only { get; }

    private ImmutableArray<int> InboundSubject { get; }

    private ImmutableArray<int> OutboundSubject { get; }

    /// <summary>The policies, by place, whose subjects these hosts are in a direction.</summary>
    public ImmutableArray<int> SubjectTo(Direction direction) => direction == Direction.Inbound ? InboundSubject : OutboundSubject;

    /// <summary>The slots of some families.</summary>
    public SlotSet SlotsOf(FamilySet families)
    {
        var result = SlotSet.None;
        for (var i = 0; i < Slots.Length; i++)
        {
            if (families.Has(Slots[i].Family))
                result |= SlotSet.Single(i);
        }

        return result;
    }

    /// <summary>The slots in groups of equal named ports.</summary>
    public IEnumerable<(EquatableArray<NamedPort> Ports, SlotSet Slots)> PortGroups() =>
        Slots.Select((slot, i) => (slot.Ports, Slot: SlotSet.Single(i)))
            .GroupBy(pair => pair.Ports)
            .Select(group => (group.Key, group.Aggregate(SlotSet.None, (all, pair) => all | pair.Slot)));

    public bool Equals(Identity? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && _hash == other._hash
            && (Mode, Undecided, Placement, Only) == (other.Mode, other.Undecided, other.Placement, other.Only)
            && Slots.Length == other.Slots.Length
            && Slots.Zip(other.Slots).All(pair => IsSame(pair.First, pair.Second))
            && Facts.SequenceEqual(other.Facts));

    public override bool Equals(object? obj) => Equals(obj as Identity);

    public override int GetHashCode() => _hash;

    private bool IsSame(Slot left, Slot right) =>
        left.Family == right.Family && left.Ports == right.Ports && (Only is null || left.Addresses == right.Addresses);

    private ImmutableArray<int> SubjectOf(Direction direction)
    {
        var result = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < Facts.Length; i++)
        {
            if (Facts[i]?.Side(direction) is { Subject.IsNone: false })
                result.Add(i);
        }

        return result.ToImmutable();
    }

    private int Hash()
    {
        var hash = new HashCode();
        hash.Add(Only);
        hash.Add(Mode);
        foreach (var slot in Slots)
        {
            hash.Add(slot.Family);
            hash.Add(slot.Ports);
        }

        foreach (var facts in Facts)
            hash.Add(facts);
        return hash.ToHashCode();
    }
}
