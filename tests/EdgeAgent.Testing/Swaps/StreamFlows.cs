using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>
/// Flows whose verdict stays the same whatever else a host's policy does: some allowed, some denied, on the same ports and from neighbouring
/// addresses, both ways, in both families.
/// </summary>
public static class StreamFlows
{
    /// <summary>The source port of allowed packets, by which they are counted.</summary>
    public const ushort AllowedFrom = 50_001;

    /// <summary>The source port of denied packets.</summary>
    public const ushort DeniedFrom = 50_002;

    /// <summary>The host's own addresses.</summary>
    public static IReadOnlyList<string> Own { get; } = ["10.0.0.6", "fd00::6"];

    /// <summary>The destination ports, twenty apart.</summary>
    public static IReadOnlyList<ushort> Ports { get; } = [5001, 5021, 5041, 5061];

    /// <summary>The peers: neighbours, so that blocks that hold one of them often hold others.</summary>
    public static IReadOnlyList<IpAddress> Peers { get; } =
    [
        .. from net in Enumerable.Range(0, 3) from host in new[] { 1, 2, 9, 70, 200 } select IpAddress.Parse($"10.50.{net}.{host}"),
        .. from net in Enumerable.Range(0, 2) from host in new[] { "1", "2", "a0", "1:0" } select IpAddress.Parse($"fd50:0:0:{net}::{host}"),
    ];

    /// <summary>Whether a flow is one of the allowed ones: about half of them.</summary>
    public static bool IsAllowed(Direction direction, IpAddress peer, ushort port) =>
        ((uint)(peer.Bits ^ (peer.Bits >> 16) ^ (peer.Bits >> 64)) * 2654435761u + (port * 40503u) + (direction == Direction.Inbound ? 0u : 77777u)) % 97 % 2 == 0;

    /// <summary>All flows of a direction, as their packets.</summary>
    public static IReadOnlyList<Packet> Of(Direction direction) =>
    [
        .. from peer in Peers
           from port in Ports
           select new Packet(direction, IpAddress.Parse(Own[peer.Family == IpFamily.V4 ? 0 : 1]), peer, IpProtocol.Udp, port)
           {
               SourcePort = IsAllowed(direction, peer, port) ? AllowedFrom : DeniedFrom,
           },
    ];

    /// <summary>Whether a policy gives every flow its verdict.</summary>
    public static bool HoldIn(HostPolicy policy) => Of(Direction.Inbound).Concat(Of(Direction.Outbound))
        .All(packet => HostPolicyEvaluator.Allows(policy, packet) == (packet.SourcePort == AllowedFrom));
}
