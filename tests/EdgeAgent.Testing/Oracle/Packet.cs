using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>The first packet of a flow, as one host sees it.</summary>
/// <param name="Direction">Towards the host or from it.</param>
/// <param name="Self">The host's own address of the flow.</param>
/// <param name="Peer">The other end's address, of the same family.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="Port">The destination port, for protocols with ports.</param>
public readonly record struct Packet(Direction Direction, IpAddress Self, IpAddress Peer, IpProtocol Protocol, ushort Port = 0)
{
    /// <summary>The source port; an ephemeral one unless said.</summary>
    public ushort SourcePort { get; init; } = 40_000;

    /// <summary>The ICMP type: an echo request unless said (8, or 128 for ICMPv6).</summary>
    public byte IcmpType { get; init; } = (byte)(Protocol == IpProtocol.IcmpV6 ? 128 : 8);

    /// <summary>The ICMP code.</summary>
    public byte IcmpCode { get; init; }

    /// <summary>The interface that the packet arrives at or leaves by.</summary>
    public string Interface { get; init; } = "eth0";

    /// <summary>Of a packet that only passes through the host: the interface that it leaves by. Else empty.</summary>
    public string LeavesBy { get; init; } = "";

    /// <summary>
    /// Whether the packet only passes through the host. It is inbound then: the peer is its source, and the own address stands for its destination.
    /// </summary>
    public bool IsForwarded => LeavesBy.Length > 0;

    /// <summary>A forwarded packet as it is seen where it leaves.</summary>
    public Packet Leaving() => this with { Direction = Direction.Outbound, Self = Peer, Peer = Self, Interface = LeavesBy };

    /// <summary>The same packet through the host.</summary>
    public Packet Forwarded(string arrivesAt, string leavesBy) =>
        (Direction == Direction.Inbound ? this : this with { Direction = Direction.Inbound, Self = Peer, Peer = Self }) with { Interface = arrivesAt, LeavesBy = leavesBy };
}
