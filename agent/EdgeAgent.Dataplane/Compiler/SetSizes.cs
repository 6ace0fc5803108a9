using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace EdgeAgent.Dataplane;

/// <summary>
/// How large hash sets are declared. The kernel cannot grow one, so a size has headroom, and a bigger set is another one:
/// its name ends in its generation, <c>-g1</c> for twice the smallest size, <c>-g2</c> for four times.
/// </summary>
public static class SetSizes
{
    private const uint Smallest = 256;

    /// <summary>The sizes of a table's hash sets by name without generation.</summary>
    public static ImmutableDictionary<string, uint> Of(Ruleset ruleset) => ruleset.Sets.Values
        .Where(set => set.Schema.Size >= Smallest)
        .GroupBy(set => WithoutGeneration(set.Schema.Name), StringComparer.Ordinal)
        .ToImmutableDictionary(group => group.Key, group => group.Max(set => set.Schema.Size), StringComparer.Ordinal);

    /// <summary>The size for so many elements: a power of two at least twice as large; a size in use stays while it is between 1/8 and 15/16 full.</summary>
    internal static uint For(int elements, uint inUse)
    {
        var wanted = Math.Max(Smallest, BitOperations.RoundUpToPowerOf2((uint)elements * 2));
        var fits = inUse >= Smallest && BitOperations.IsPow2(inUse) && (ulong)elements * 16 <= (ulong)inUse * 15 && (ulong)elements * 8 >= inUse;
        return fits ? inUse : wanted;
    }

    internal static string Name(string name, uint size) =>
        size == Smallest ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-g{BitOperations.Log2(size / Smallest)}");

    internal static string WithoutGeneration(string name)
    {
        var mark = name.LastIndexOf("-g", StringComparison.Ordinal);
        return mark > 0 && mark + 2 < name.Length && !name.AsSpan(mark + 2).ContainsAnyExceptInRange('0', '9') ? name[..mark] : name;
    }
}
