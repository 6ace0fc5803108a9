using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Rule 5: what stays open, from the host's own list, the control plane's, and the way to the control plane itself.</summary>
public static class EffectiveFailsafes
{
    /// <summary>The name of the failsafe that the agent adds.</summary>
    public const string ControlPlane = "control-plane";

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
    /// <param name="addresses">The control plane's addresses; empty while they are unknown.</param>
    /// <param name="port">Its port.</param>
    public static EquatableArray<Failsafe> Of(EquatableArray<Failsafe> own, EquatableArray<Failsafe>? given, EquatableArray<IpAddress> addresses, int port)
    {
        // The name belongs to the agent: no list can take the way to the control plane away or widen it.
        var listed = (given ?? own).Where(failsafe => failsafe.Name != ControlPlane);
        return addresses.IsEmpty
            ? listed.ToEquatableArray()
            : listed.Append(new Failsafe(ControlPlane, Direction.Outbound, IpProtocol.Tcp, PortRange.Single(checked((ushort)port)))
            {
                Peers = addresses.Select(Cidr.Single).Order().ToEquatableArray(),
            }).ToEquatableArray();
    }

    /// <summary>The control plane's addresses that failsafes of an earlier run name.</summary>
    public static EquatableArray<IpAddress> AddressesIn(EquatableArray<Failsafe> failsafes) =>
        failsafes.Where(failsafe => failsafe.Name == ControlPlane).SelectMany(failsafe => failsafe.Peers).Select(peer => peer.Network).ToEquatableArray();

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
