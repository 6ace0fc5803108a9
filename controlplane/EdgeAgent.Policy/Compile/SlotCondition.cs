using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>A condition on the addresses of one end, in the terms of compiled rules.</summary>
/// <param name="Families">The families that can satisfy it.</param>
/// <param name="Addresses">The addresses of which one must be met; empty where the families say it all.</param>
internal readonly record struct SlotCondition(FamilySet Families, EquatableArray<IpAddress> Addresses)
{
    /// <summary>The condition that one of some slots is met, in flows of some families.</summary>
    public static SlotCondition Of(ImmutableArray<Slot> slots, SlotSet some, FamilySet families)
    {
        var met = FamilySet.None;
        for (var i = 0; i < slots.Length; i++)
        {
            if (some.Contains(i))
                met |= FamilySet.Of(slots[i].Family);
        }

        met &= families;
        return new(met, IsWhole(slots, some, met) ? [] : AddressesOf(slots, some, met));
    }

    /// <summary>Whether the slots are all that there are of the families.</summary>
    private static bool IsWhole(ImmutableArray<Slot> slots, SlotSet some, FamilySet families)
    {
        for (var i = 0; i < slots.Length; i++)
        {
            if (families.Has(slots[i].Family) && !some.Contains(i))
                return false;
        }

        return true;
    }

    private static EquatableArray<IpAddress> AddressesOf(ImmutableArray<Slot> slots, SlotSet some, FamilySet families) =>
        slots.Where((slot, i) => some.Contains(i) && families.Has(slot.Family)).SelectMany(slot => slot.Addresses.Items).Order().ToEquatableArray();
}
