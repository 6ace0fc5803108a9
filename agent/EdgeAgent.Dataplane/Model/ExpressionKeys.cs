namespace EdgeAgent.Dataplane;

/// <summary>What <see cref="LoadMeta"/> loads (NFT_META_*). Values lie in host byte order except where said.</summary>
public enum MetaKey : byte
{
    /// <summary>The packet mark, 4 bytes.</summary>
    Mark = 3,

    /// <summary>Input interface index, 4 bytes.</summary>
    InputInterface = 4,

    /// <summary>Output interface index, 4 bytes.</summary>
    OutputInterface = 5,

    /// <summary>Input interface name, 16 bytes, zero padded.</summary>
    InputInterfaceName = 6,

    /// <summary>Output interface name, 16 bytes, zero padded.</summary>
    OutputInterfaceName = 7,

    /// <summary>NFPROTO of the packet, 1 byte: 2 is IPv4, 10 is IPv6.</summary>
    Family = 15,

    /// <summary>Transport protocol, 1 byte, IPv6 extension headers skipped.</summary>
    TransportProtocol = 16,
}

/// <summary>The header that <see cref="LoadPayload"/> counts from (NFT_PAYLOAD_*).</summary>
public enum PayloadBase : byte
{
    /// <summary>The IPv4 or IPv6 header.</summary>
    Network = 1,

    /// <summary>The transport header.</summary>
    Transport = 2,
}

/// <summary>What <see cref="LoadConntrack"/> loads (NFT_CT_*), in host byte order.</summary>
public enum ConntrackKey : byte
{
    /// <summary>The state's bit, 4 bytes: <see cref="ConntrackStates"/>.</summary>
    State = 0,

    /// <summary>0 for the original direction, 1 for replies; 1 byte.</summary>
    Direction = 1,

    /// <summary>The connection mark, 4 bytes.</summary>
    Mark = 3,
}

/// <summary>Bits of the tracked state (NFT_CT_STATE_BIT of enum ip_conntrack_info).</summary>
[Flags]
public enum ConntrackStates
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Cannot belong to any connection.</summary>
    Invalid = 1,

    /// <summary>Belongs to a connection that has seen both directions.</summary>
    Established = 2,

    /// <summary>Belongs to an error about, or a helper's child of, a connection.</summary>
    Related = 4,

    /// <summary>The first of a connection, or one that has seen one direction only.</summary>
    New = 8,

    /// <summary>Not tracked.</summary>
    Untracked = 0x40,
}

/// <summary>Comparison operators (NFT_CMP_*).</summary>
public enum CompareOperator : byte
{
    /// <summary>Equal.</summary>
    Equal = 0,

    /// <summary>Not equal.</summary>
    NotEqual = 1,

    /// <summary>Less.</summary>
    Less = 2,

    /// <summary>Less or equal.</summary>
    LessOrEqual = 3,

    /// <summary>Greater.</summary>
    Greater = 4,

    /// <summary>Greater or equal.</summary>
    GreaterOrEqual = 5,
}

/// <summary>How <see cref="Reject"/> answers.</summary>
public enum RejectKind : byte
{
    /// <summary>ICMP or ICMPv6 "administratively prohibited" (NFT_REJECT_ICMPX_UNREACH, code 3).</summary>
    AdministrativelyProhibited = 0,

    /// <summary>A TCP reset (NFT_REJECT_TCP_RST).</summary>
    TcpReset = 1,
}
