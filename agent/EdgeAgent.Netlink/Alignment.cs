namespace EdgeAgent.Netlink;

/// <summary>Messages and attributes start at multiples of four bytes (NLMSG_ALIGN, NLA_ALIGN).</summary>
public static class Alignment
{
    /// <summary>The next multiple of four that is not below <paramref name="length"/>.</summary>
    public static int Up(int length) => (length + 3) & ~3;
}
