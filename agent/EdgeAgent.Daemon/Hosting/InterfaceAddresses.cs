using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>The addresses of this host's interfaces.</summary>
internal static class InterfaceAddresses
{
    private const byte LinkScope = 253;

    private static readonly Cidr[] LinkLocal = [Cidr.Parse("169.254.0.0/16"), Cidr.Parse("fe80::/10")];
    private static readonly Cidr[] Loopback = [Cidr.Parse("127.0.0.0/8"), Cidr.Parse("::1/128")];

    /// <summary>Every address of every interface, loopback and link-local too.</summary>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    internal static EquatableArray<IpAddress> All(string? networkNamespace = null) => Read(networkNamespace, static _ => true);

    /// <summary>Those that others can reach the host by: without loopback and link-local ones. A host may carry them on its loopback interface.</summary>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    internal static EquatableArray<IpAddress> Reachable(string? networkNamespace = null) => Read(
        networkNamespace,
        static found => found.Scope < LinkScope && !LinkLocal.Concat(Loopback).Any(block => block.Contains(found.Address)));

    private static EquatableArray<IpAddress> Read(string? networkNamespace, Func<InterfaceAddress, bool> wanted)
    {
        try
        {
            using var table = new AddressTable(networkNamespace);
            return table.Read().Where(wanted).Select(found => found.Address).Distinct().Order().ToEquatableArray();
        }
        catch (NetlinkException)
        {
            return [];
        }
    }
}
