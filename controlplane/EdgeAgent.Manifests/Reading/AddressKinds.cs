using EdgeAgent.Contracts;

namespace EdgeAgent.Manifests.Reading;

/// <summary>Blocks of addresses that no endpoint has (RFC 1122, 3.2.1.3; RFC 4291, 2.5 and 2.7).</summary>
internal static class AddressKinds
{
    private static readonly (Cidr Block, string What)[] Special =
    [
        (Cidr.Parse("0.0.0.0/8"), "an address of \"this network\""),
        (Cidr.Parse("224.0.0.0/4"), "a multicast address"),
        (Cidr.Parse("255.255.255.255/32"), "the broadcast address"),
        (Cidr.Parse("::/128"), "the unspecified address"),
        (Cidr.Parse("ff00::/8"), "a multicast address"),
    ];

    /// <summary>What the address is instead of an endpoint's, or null.</summary>
    public static string? WhyNoEndpoint(IpAddress address)
    {
        foreach (var (block, what) in Special)
        {
            if (block.Contains(address))
                return what;
        }

        return null;
    }
}
