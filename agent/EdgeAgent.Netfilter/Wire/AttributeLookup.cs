using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Finds single attributes in a row by number. The reader is copied, so the row itself is not used up.</summary>
internal static class AttributeLookup
{
    internal static bool TryFind(this AttributeReader row, ushort type, out AttributeReader found)
    {
        while (row.MoveNext())
        {
            if (row.Type == type)
            {
                found = row;
                return true;
            }
        }

        found = default;
        return false;
    }

    internal static bool Has(this AttributeReader row, ushort type) => row.TryFind(type, out _);

    /// <summary>A 32-bit number in network order, or null if it is not there.</summary>
    internal static uint? Number(this AttributeReader row, ushort type) =>
        row.TryFind(type, out var found) ? found.AsUInt32BigEndian() : null;

    /// <summary>A 64-bit number in network order, or null if it is not there.</summary>
    internal static ulong? LongNumber(this AttributeReader row, ushort type) =>
        row.TryFind(type, out var found) ? found.AsUInt64BigEndian() : null;

    internal static string? Text(this AttributeReader row, ushort type) =>
        row.TryFind(type, out var found) ? found.AsString() : null;

    /// <summary>The payload, empty if it is not there.</summary>
    internal static ReadOnlySpan<byte> Bytes(this AttributeReader row, ushort type) =>
        row.TryFind(type, out var found) ? found.Value : default;

    /// <summary>The attributes inside, an empty row if it is not there.</summary>
    internal static AttributeReader Inside(this AttributeReader row, ushort type) =>
        row.TryFind(type, out var found) ? found.Nested() : default;
}
