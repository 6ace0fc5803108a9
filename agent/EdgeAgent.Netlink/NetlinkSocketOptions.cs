namespace EdgeAgent.Netlink;

/// <summary>How a netlink socket is opened.</summary>
public sealed record NetlinkSocketOptions
{
    /// <summary>File of the network namespace to open the socket in (<c>/run/netns/NAME</c>, <c>/proc/PID/ns/net</c>); null is the caller's own.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>Receive buffer in bytes (the kernel's bookkeeping counts against it), above the system limit where CAP_NET_ADMIN allows; null is the system's default.</summary>
    public int? ReceiveBuffer { get; init; }

    /// <summary>NETLINK_GET_STRICT_CHK: the kernel refuses get requests with fields that it would otherwise ignore.</summary>
    public bool StrictCheck { get; init; }

    /// <summary>NETLINK_NO_ENOBUFS: lost notifications are not reported. Only for those who do not count them.</summary>
    public bool IgnoreOverrun { get; init; }
}
