using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>The first packet of a flow between two addresses.</summary>
internal readonly record struct Flow(IpAddress Source, IpAddress Destination, IpProtocol Protocol, ushort Port, ushort SourcePort, byte IcmpType, byte IcmpCode)
{
    private const byte EchoRequest = 8;
    private const byte EchoRequestV6 = 128;

    /// <summary>The name that the source is known by alone; its address then stands for any of the family. Null where it is known by address.</summary>
    public string? SourceName { get; init; }

    /// <summary>The name that the destination is known by alone.</summary>
    public string? DestinationName { get; init; }

    public static Flow Of(Probe probe, IpAddress source, IpAddress destination) => new(
        source,
        destination,
        probe.Protocol,
        probe.Port ?? 0,
        probe.SourcePort,
        probe.IcmpType ?? (probe.Protocol == IpProtocol.IcmpV6 ? EchoRequestV6 : EchoRequest),
        probe.IcmpCode ?? 0);

    /// <summary>The address of the end that a direction is seen from.</summary>
    public IpAddress Self(Direction direction) => direction == Direction.Inbound ? Destination : Source;

    /// <summary>The name that the other end is known by alone; null where it is known by address.</summary>
    public string? PeerName(Direction direction) => direction == Direction.Inbound ? SourceName : DestinationName;

    /// <summary>The addresses of both ends; null where one is known by name alone.</summary>
    public (IpAddress Self, IpAddress Peer)? Addresses(Direction direction) => (SourceName ?? DestinationName) is null ? (Self(direction), Peer(direction)) : null;

    /// <summary>The address of the other end.</summary>
    public IpAddress Peer(Direction direction) => direction == Direction.Inbound ? Source : Destination;
}
