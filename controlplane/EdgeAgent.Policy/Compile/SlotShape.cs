using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>All that compiled rules depend on of a host's slots: hosts with equal shapes and equal facts have equal rules.</summary>
internal sealed class SlotShape : IEquatable<SlotShape>
{
    private readonly EquatableArray<(IpFamily Family, EquatableArray<NamedPort> Ports, EquatableArray<IpAddress> Addresses)> _key;
    private readonly int _hash;

    public SlotShape(ImmutableArray<Slot> slots, bool isOneHost)
    {
        Slots = slots;
        Families = FamilySet.Of(slots);
        PortGroups =
        [
            .. slots.Select((slot, i) => (slot.Ports, Slot: SlotSet.Single(i)))
                .GroupBy(pair => pair.Ports)
                .Select(group => (group.Key, group.Aggregate(SlotSet.None, (all, pair) => all | pair.Slot))),
        ];
        _key = slots.Select(slot => (slot.Family, slot.Ports, isOneHost ? slot.Addresses : [])).ToEquatableArray();
        _hash = _key.GetHashCode();
    }

    public ImmutableArray<Slot> Slots { get; }

    public FamilySet Families { get; }

    /// <summary>The slots in groups of equal named ports.</summary>
    public ImmutableArray<(EquatableArray<NamedPort> Ports, SlotSet Slots)> PortGroups { get; }

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

    public bool Equals(SlotShape? other) => ReferenceEquals(this, other) || (other is not null && _hash == other._hash && _key == other._key);

    public override bool Equals(object? obj) => Equals(obj as SlotShape);

    public override int GetHashCode() => _hash;
}
