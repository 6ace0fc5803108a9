namespace EdgeAgent.Netlink;

/// <summary>Netlink families of linux/netlink.h that the product speaks.</summary>
public enum NetlinkProtocol
{
    /// <summary>NETLINK_ROUTE: links, addresses, routes.</summary>
    Route = 0,

    /// <summary>NETLINK_SOCK_DIAG: the sockets of a network namespace.</summary>
    SocketDiagnosis = 4,

    /// <summary>NETLINK_NETFILTER: nf_tables, conntrack, log groups, ipset.</summary>
    Netfilter = 12,
}
