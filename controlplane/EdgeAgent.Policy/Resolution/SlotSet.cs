using System.Numerics;

namespace EdgeAgent.Policy;

/// <summary>Some of an endpoint's slots (<see cref="Slot"/>), as bits.</summary>
internal readonly record struct SlotSet(ulong Bits)
{
    /// <summary>The most slots that an endpoint may have.</summary>
    public const int Capacity = 64;

    public static SlotSet None => default;

    public bool IsNone => Bits == 0;

    public int Count => BitOperations.PopCount(Bits);

    public static SlotSet All(int count) => new(count == Capacity ? ulong.MaxValue : (1UL << count) - 1);

    public static SlotSet Single(int slot) => new(1UL << slot);

    public bool Contains(int slot) => (Bits & (1UL << slot)) != 0;

    public static SlotSet operator &(SlotSet left, SlotSet right) => new(left.Bits & right.Bits);

    public static SlotSet operator |(SlotSet left, SlotSet right) => new(left.Bits | right.Bits);
}
