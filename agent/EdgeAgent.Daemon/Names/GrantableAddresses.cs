using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>
/// Addresses that no name may grant: who can change what a name resolves to must not get at services that listen for the host itself,
/// or for its link, alone (DNS rebinding).
/// </summary>
public static class GrantableAddresses
{
    private static readonly (Cidr Block, string Kind)[] Special =
    [
        (Cidr.Parse("0.0.0.0/8"), "unspecified"),
        (Cidr.Parse("127.0.0.0/8"), "loopback"),
        (Cidr.Parse("169.254.0.0/16"), "link-local"),
        (Cidr.Parse("224.0.0.0/4"), "multicast"),
        (Cidr.Parse("255.255.255.255/32"), "broadcast"),
        (Cidr.Parse("::/96"), "loopback or unspecified"),
        (Cidr.Parse("fe80::/10"), "link-local"),
        (Cidr.Parse("ff00::/8"), "multicast"),
    ];

    private static readonly Cidr Mapped = new(new(IpFamily.V6, (UInt128)0xFFFF << 32), 96);

    /// <summary>Why an address is not granted by name, in a word or two; null where it is.</summary>
    public static string? WhyNot(IpAddress address)
    {
        if (Mapped.Contains(address))
            return WhyNot(new(IpFamily.V4, address.Bits & uint.MaxValue)) ?? "IPv4 in IPv6";
        foreach (var (block, kind) in Special)
        {
            if (block.Contains(address))
                return kind;
        }

        return null;
    }
}
