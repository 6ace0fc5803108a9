using System.Runtime.InteropServices;
using EdgeAgent.Contracts;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Addresses over rtnetlink (struct ifaddrmsg and IFA_* of linux/if_addr.h).</summary>
internal static class AddressCodec
{
    internal const ushort New = 20, Delete = 21, Get = 22;

    /// <summary>RTNLGRP_IPV4_IFADDR and RTNLGRP_IPV6_IFADDR.</summary>
    internal const int GroupV4 = 5, GroupV6 = 9;

    private const int HeaderLength = 8, ScopeOffset = 3, IndexOffset = 4;
    private const ushort Address = 1, Local = 2;

    internal static void WriteDump(MessageWriter message) => message.Fixed(HeaderLength);

    /// <summary>Null for what is no IP address.</summary>
    internal static InterfaceAddress? Read(NetlinkMessage message)
    {
        var row = message.Attributes(HeaderLength);

        // On a point-to-point link the address is the other end's, and the local one ours; IPv6 has the address alone.
        var bytes = row.Has(Local) ? row.Bytes(Local) : row.Bytes(Address);
        return bytes.Length is 4 or 16
            ? new(MemoryMarshal.Read<uint>(message.Payload[IndexOffset..]), IpAddress.FromBytes(bytes), message.Payload[ScopeOffset])
            : null;
    }
}
