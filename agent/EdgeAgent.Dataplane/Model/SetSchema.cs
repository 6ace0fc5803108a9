using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>The type of a key, or of one field of a concatenated key, with nft's type numbers (include/datatype.h of nftables).</summary>
public enum KeyField : byte
{
    /// <summary>An IPv4 address, 4 bytes.</summary>
    Ipv4Address = 7,

    /// <summary>An IPv6 address, 16 bytes.</summary>
    Ipv6Address = 8,

    /// <summary>A protocol number, 1 byte.</summary>
    Protocol = 12,

    /// <summary>A port, 2 bytes, network order.</summary>
    Port = 13,
}

/// <summary>What the elements of a set carry.</summary>
public enum SetKind : byte
{
    /// <summary>Nothing: a plain set.</summary>
    Set = 0,

    /// <summary>A verdict.</summary>
    VerdictMap = 1,

    /// <summary>The name of a counter (an object map).</summary>
    CounterMap = 2,
}

/// <summary>A set or map without its elements.</summary>
/// <param name="Name">At most 127 bytes, as chains.</param>
/// <param name="Kind">What elements carry.</param>
/// <param name="Key">The fields of the key in order; one field is a plain key, several are a concatenation.</param>
public sealed record SetSchema(string Name, SetKind Kind, EquatableArray<KeyField> Key)
{
    /// <summary>Whether an element is a range of keys, both ends included and disjoint from all others. Only for keys of one field.</summary>
    public bool Intervals { get; init; }

    /// <summary>The most elements it can ever hold (NFTA_SET_DESC_SIZE); 0 for no bound. Hash sets always declare one.</summary>
    public uint Size { get; init; }

    /// <summary>The length of a key in bytes as it lies in registers: each field rounded up to 4.</summary>
    public int KeyLength => Key.Items.Sum(RegisterLength);

    /// <summary>The length of one field in bytes.</summary>
    public static int FieldLength(KeyField field) => field switch
    {
        KeyField.Ipv4Address => 4,
        KeyField.Ipv6Address => 16,
        KeyField.Protocol => 1,
        KeyField.Port => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "no key field"),
    };

    /// <summary>The length of one field in a key in bytes: rounded up to 4 in a concatenation.</summary>
    public int RegisterLength(KeyField field) => Key.Count == 1 ? FieldLength(field) : (FieldLength(field) + 3) / 4 * 4;
}

/// <summary>A set or map with its elements.</summary>
public sealed record NamedSet(SetSchema Schema, ElementTable Elements);
