using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Some of the two IP families.</summary>
internal readonly record struct FamilySet(byte Bits)
{
    public static FamilySet None => default;

    public static FamilySet Both => new(3);

    public bool IsNone => Bits == 0;

    /// <summary>The one family; null when there are none or both.</summary>
    public IpFamily? Only => Bits switch
    {
        1 => IpFamily.V4,
        2 => IpFamily.V6,
        _ => null,
    };

    public static FamilySet Of(IpFamily family) => new(family == IpFamily.V4 ? (byte)1 : (byte)2);

    public static FamilySet Of(IpFamily? family) => family is { } only ? Of(only) : Both;

    public static FamilySet Of(ImmutableArray<Slot> slots)
    {
        var result = None;
        foreach (var slot in slots)
            result |= Of(slot.Family);
        return result;
    }

    public bool Has(IpFamily family) => (Bits & Of(family).Bits) != 0;

    public static FamilySet operator &(FamilySet left, FamilySet right) => new((byte)(left.Bits & right.Bits));

    public static FamilySet operator |(FamilySet left, FamilySet right) => new((byte)(left.Bits | right.Bits));
}
