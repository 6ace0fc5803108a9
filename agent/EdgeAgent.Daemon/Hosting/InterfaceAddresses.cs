using System.Net;
using System.Net.NetworkInformation;
using EdgeAgent.Contracts;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>The addresses of this host's interfaces.</summary>
internal static class InterfaceAddresses
{
    /// <summary>Every address of every interface, loopback and link-local too.</summary>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    internal static EquatableArray<IpAddress> All(string? networkNamespace = null) => NetworkNamespace.Run(networkNamespace, () => Read(static _ => true));

    /// <summary>Those that others can reach the host by: without loopback and link-local ones. A host may carry them on its loopback interface.</summary>
    internal static EquatableArray<IpAddress> Reachable() =>
        Read(static address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !IsLinkLocalV4(address));

    private static EquatableArray<IpAddress> Read(Func<IPAddress, bool> wanted)
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(face => face.GetIPProperties().UnicastAddresses)
                .Select(unicast => unicast.Address)
                .Where(wanted)
                .Select(address => IpAddress.FromBytes(address.GetAddressBytes()))
                .Distinct()
                .Order()
                .ToEquatableArray();
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }

    private static bool IsLinkLocalV4(IPAddress address) => address.GetAddressBytes() is [169, 254, _, _];
}
