using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Named counters (NFTA_OBJ_*, NFTA_COUNTER_*).</summary>
internal static class CounterCodec
{
    /// <summary>NFT_OBJECT_COUNTER.</summary>
    internal const uint ObjectType = 1;

    private const ushort Table = 1, Name = 2, Type = 3, Data = 4;
    private const ushort Bytes = 1, Packets = 2;

    internal static void WriteNew(MessageWriter message, string table, string counter)
    {
        WriteReference(message, table, counter);
        message.Nest(Data).Dispose();
    }

    internal static void WriteReference(MessageWriter message, string table, string counter)
    {
        message.PutString(Table, table);
        message.PutString(Name, counter);
        message.PutUInt32BigEndian(Type, ObjectType);
    }

    internal static void WriteDump(MessageWriter message) => message.PutString(Table, Ruleset.Table);

    /// <summary>Whether the object is a counter of our table; other objects give their number and name.</summary>
    internal static bool TryRead(NetlinkMessage message, out string name, out uint type, out CounterReading reading)
    {
        var row = message.Attributes(NetfilterHeader.Length);
        name = row.Text(Name) ?? "";
        type = row.Number(Type) ?? 0;
        reading = default;
        if (type != ObjectType)
            return false;
        var data = row.Inside(Data);
        reading = new CounterReading(data.LongNumber(Packets) ?? 0, data.LongNumber(Bytes) ?? 0);
        return true;
    }

    internal static bool IsOurs(NetlinkMessage message) => message.Attributes(NetfilterHeader.Length).Text(Table) == Ruleset.Table;
}
