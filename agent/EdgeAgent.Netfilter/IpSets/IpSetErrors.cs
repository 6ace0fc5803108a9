using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>ipset's own error numbers, which netlink hands over in the place of an errno, in words.</summary>
internal static class IpSetErrors
{
    /// <summary>IPSET_ERR_BUSY, which EBUSY is not.</summary>
    internal const Errno Referenced = (Errno)4100;

    /// <summary>The words; null for a number that is not ipset's.</summary>
    internal static string? Words(Errno errno) => (int)errno switch
    {
        4097 => "ipset: the kernel does not understand the message (another protocol version)",
        4098 => "ipset: the kernel has no such type of set, family or revision",
        4099 => "ipset: no more sets are possible",
        4100 => "ipset: a rule or another set refers to the set",
        4101 => "ipset: a set of the second name is there already",
        4102 => "ipset: the sets are of different types",
        4103 => "ipset: the member is there already, or is not there",
        4104 => "ipset: the prefix length is not possible",
        4105 => "ipset: the netmask is not possible",
        4106 => "ipset: the address is of another family than the set",
        4107 => "ipset: the set was made without timeouts",
        4108 => "ipset: the set is referred to",
        4109 => "ipset: an IPv4 address was expected",
        4110 => "ipset: an IPv6 address was expected",
        4111 => "ipset: the set was made without counters",
        4112 => "ipset: the set was made without comments",
        4352 => "ipset: the set is full",
        4353 => "ipset: the member cannot be stored",
        4354 => "ipset: the protocol is not possible",
        4355 => "ipset: the protocol is missing",
        4356 => "ipset: ranges are not possible",
        4357 => "ipset: the range is too large",
        _ => null,
    };

    /// <summary>The same error with ipset's words.</summary>
    internal static NetlinkException Explain(NetlinkException error) =>
        Words(error.Errno) is { } words ? new(error.Operation, error.Errno, error.KernelText ?? words, error.FailedMessage, inner: error) : error;
}
