namespace EdgeAgent.Netfilter;

/// <summary>Numbers of linux/netfilter/ipset/ip_set.h.</summary>
internal static class IpSetMessage
{
    internal const ushort Create = Base | 2, Destroy = Base | 3, Swap = Base | 6, List = Base | 7, Add = Base | 9, Delete = Base | 10;

    /// <summary>IPSET_PROTOCOL_MIN: what every kernel since Linux 2.6.39 speaks.</summary>
    internal const byte Protocol = 6;

    /// <summary>IPSET_FLAG_LIST_HEADER: without members.</summary>
    internal const uint ListHeader = 1 << 2;

    /// <summary>IPSET_FLAG_WITH_COMMENT, of a set.</summary>
    internal const uint WithComment = 1 << 4;

    private const ushort Base = (ushort)Subsystem.IpSet << 8;

    /// <summary>Attributes of a message.</summary>
    internal static class Attribute
    {
        internal const ushort Protocol = 1, SetName = 2, TypeName = 3, Revision = 4, Family = 5, Flags = 6, Data = 7, Members = 8, Line = 9;

        /// <summary>The second set of a swap has the number of the type's name.</summary>
        internal const ushort OtherSetName = 3;
    }

    /// <summary>Attributes inside <see cref="Attribute.Data"/>, of a set.</summary>
    internal static class SetData
    {
        internal const ushort Timeout = 6, Flags = 8, HashSize = 18, MaxElements = 19;
    }

    /// <summary>Attributes inside <see cref="Attribute.Data"/>, of a member.</summary>
    internal static class MemberData
    {
        internal const ushort Address = 1, PrefixLength = 3, Timeout = 6, Flags = 8, Comment = 26;
        internal const ushort AddressV4 = 1, AddressV6 = 2;
    }

    /// <summary>NLA_F_NET_BYTEORDER: numbers of ipset say that they are in network order.</summary>
    internal const ushort NetworkOrder = 0x4000;
}
