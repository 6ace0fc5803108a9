using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Rule 5: what stays open, from the host's own list, the control plane's, and the way to the control plane itself.</summary>
public static class EffectiveFailsafes
{
    /// <summary>The name of the failsafe that the agent adds.</summary>
    public const string ControlPlane = "control-plane";

    /// <summary>The name of the failsafes that the agent adds where policy grants by name.</summary>
    public const string NameServers = "name-servers";

    /// <summary>What no list can close, in words.</summary>
    public static EquatableArray<string> Permanent { get; } =
    [
        "loopback",
        "ICMPv6 neighbour discovery and multicast listener reports",
        "ICMP and ICMPv6 errors, such as path-MTU",
    ];

    /// <summary>The failsafes in force.</summary>
    /// <param name="own">The host's own.</param>
    /// <param name="given">The control plane's, which replace the host's own; null if it gave none.</param>
    /// <param name="addresses">The addresses of all control planes; empty while they are unknown.</param>
    public static EquatableArray<Failsafe> Of(EquatableArray<Failsafe> own, EquatableArray<Failsafe>? given, EquatableArray<ControlPlaneAddress> addresses)
    {
        // The names belong to the agent: no list can take the way to the control plane away or widen it.
        var listed = (given ?? own).Where(failsafe => failsafe.Name is not (ControlPlane or NameServers));
        var ways = addresses.GroupBy(address => address.Port).OrderBy(group => group.Key).Select(group => new Failsafe(ControlPlane, Direction.Outbound, IpProtocol.Tcp, PortRange.Single(group.Key))
        {
            Peers = group.Select(address => Cidr.Single(address.Address)).Distinct().Order().ToEquatableArray(),
        });
        return listed.Concat(ways).ToEquatableArray();
    }

    /// <summary>
    /// The failsafes with the way to name servers, where they were narrowed so that it is not open: without answers nothing that policy
    /// grants by name would be reachable.
    /// </summary>
    /// <param name="failsafes">The failsafes.</param>
    /// <param name="servers">Name servers elsewhere that the agent asks.</param>
    public static EquatableArray<Failsafe> WithNameServers(EquatableArray<Failsafe> failsafes, EquatableArray<IpAddress> servers)
    {
        var port = PortRange.Single(ResolverFile.Port);
        var added = from protocol in new[] { IpProtocol.Udp, IpProtocol.Tcp }
                    let closed = servers.Where(server => !failsafes.Any(failsafe => Opens(failsafe, protocol, server))).Select(Cidr.Single).ToEquatableArray()
                    where !closed.IsEmpty
                    select new Failsafe(NameServers, Direction.Outbound, protocol, port) { Peers = closed };
        return [.. failsafes, .. added];
    }

    private static bool Opens(Failsafe failsafe, IpProtocol protocol, IpAddress server) =>
        failsafe is { Direction: Direction.Outbound, SourcePorts: null } && failsafe.Protocol == protocol && failsafe.Ports.Contains(ResolverFile.Port)
        && (failsafe.Peers.IsEmpty || failsafe.Peers.Any(peer => peer.Contains(server)));

    /// <summary>The control planes' addresses that failsafes of an earlier run name.</summary>
    public static EquatableArray<ControlPlaneAddress> AddressesIn(EquatableArray<Failsafe> failsafes) =>
        failsafes.Where(failsafe => failsafe.Name == ControlPlane).SelectMany(failsafe => failsafe.Peers.Select(peer => new ControlPlaneAddress(peer.Network, failsafe.Ports.First))).ToEquatableArray();

    /// <summary>A failsafe in words, such as <c>inbound TCP/22 from anywhere (ssh)</c>.</summary>
    public static string InWords(Failsafe failsafe)
    {
        var (to, any) = failsafe.Direction == Direction.Inbound ? ("from", "anywhere") : ("to", "anywhere");
        var ports = failsafe.Ports == PortRange.All ? "" : $"/{failsafe.Ports}";
        var source = failsafe.SourcePorts is { } range ? $" source port {range}" : "";
        var peers = failsafe.Peers.IsEmpty ? any : string.Join(", ", failsafe.Peers.Select(peer => peer.IsSingle ? peer.Network.ToString() : peer.ToString()));
        return $"{(failsafe.Direction == Direction.Inbound ? "inbound" : "outbound")} {failsafe.Protocol}{ports}{source} {to} {peers} ({failsafe.Name})";
    }
}
