using EdgeAgent.Contracts;

namespace EdgeAgent.Wire;

/// <summary>Failsafes, between wire and values.</summary>
public static class FailsafeMapping
{
    /// <summary>To the wire.</summary>
    public static V1.Failsafe ToWire(Failsafe failsafe)
    {
        var wire = new V1.Failsafe
        {
            Name = failsafe.Name,
            Direction = (V1.Direction)failsafe.Direction,
            Protocol = failsafe.Protocol.Number,
            Ports = RuleMapping.ToWire(failsafe.Ports),
            SourcePorts = failsafe.SourcePorts is { } source ? RuleMapping.ToWire(source) : null,
        };
        wire.Peers.AddRange(failsafe.Peers.Select(peer => peer.ToString()));
        return wire;
    }

    /// <summary>From the wire.</summary>
    /// <exception cref="WireFormatException">A field is missing or out of range.</exception>
    public static Failsafe FromWire(V1.Failsafe wire) => new(
        wire.Name,
        DirectionFromWire(wire.Direction),
        new(RuleMapping.ByteFromWire(wire.Protocol, "protocol")),
        wire.Ports is null ? PortRange.All : RuleMapping.FromWire(wire.Ports))
    {
        SourcePorts = wire.SourcePorts is null ? null : RuleMapping.FromWire(wire.SourcePorts),
        Peers = wire.Peers.Select(RuleMapping.BlockFromWire).ToEquatableArray(),
    };

    /// <summary>A direction.</summary>
    /// <exception cref="WireFormatException">Neither inbound nor outbound.</exception>
    public static Direction DirectionFromWire(V1.Direction wire) =>
        wire is V1.Direction.Inbound or V1.Direction.Outbound ? (Direction)wire : throw new WireFormatException($"direction {wire}; expected inbound or outbound");
}
