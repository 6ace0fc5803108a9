using System.Buffers.Binary;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>struct nfgenmsg of linux/netfilter/nfnetlink.h: family, version 0, and a resource number in network order.</summary>
internal static class NetfilterHeader
{
    internal const int Length = 4;

    /// <summary>NFPROTO_UNSPEC.</summary>
    internal const byte AnyFamily = 0;

    /// <summary>NFPROTO_INET.</summary>
    internal const byte Inet = 1;

    /// <summary>NFPROTO_IPV4, which is AF_INET too.</summary>
    internal const byte Ipv4 = 2;

    /// <summary>NFPROTO_IPV6, which is AF_INET6 too.</summary>
    internal const byte Ipv6 = 10;

    internal static void Write(MessageWriter message, byte family, ushort resource = 0)
    {
        var header = message.Fixed(Length);
        header[0] = family;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], resource);
    }

    internal static byte Family(NetlinkMessage message) => message.Payload.Length >= Length
        ? message.Payload[0]
        : throw NetlinkException.Malformed($"a netfilter message has {message.Payload.Length} bytes, expected at least {Length}");
}
