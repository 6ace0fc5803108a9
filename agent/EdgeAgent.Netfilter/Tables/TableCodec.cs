using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>The table itself (NFTA_TABLE_*).</summary>
internal static class TableCodec
{
    internal const ushort Name = 1;
    private const ushort Flags = 2, UserDataAttribute = 6, Owner = 7;
    private const uint OwnerFlag = 2, PersistFlag = 4;

    /// <summary>What an administrator who lists the rules reads beside our table.</summary>
    internal const string Comment = "managed by edgeagent, foreign changes are undone";

    internal static void WriteNew(MessageWriter message, string table, bool owned)
    {
        message.PutString(Name, table);
        message.PutUInt32BigEndian(Flags, owned ? OwnerFlag | PersistFlag : 0);
        UserData.WriteComment(message, UserDataAttribute, Comment);
    }

    internal static void WriteReference(MessageWriter message, string table) => message.PutString(Name, table);

    internal static TableHeader Read(NetlinkMessage message)
    {
        var row = message.Attributes(NetfilterHeader.Length);
        var flags = row.Number(Flags) ?? 0;
        return new TableHeader((flags & OwnerFlag) != 0, row.Number(Owner) ?? 0, (flags & PersistFlag) != 0, flags & ~(OwnerFlag | PersistFlag));
    }
}

/// <summary>What the kernel says of a table itself.</summary>
/// <param name="Owned">Only the owning socket may change it.</param>
/// <param name="OwnerPort">The owning socket's port; 0 if nobody's.</param>
/// <param name="Persistent">It stays when the owning socket closes.</param>
/// <param name="OtherFlags">Flags that we never set (dormant).</param>
internal readonly record struct TableHeader(bool Owned, uint OwnerPort, bool Persistent, uint OtherFlags);
