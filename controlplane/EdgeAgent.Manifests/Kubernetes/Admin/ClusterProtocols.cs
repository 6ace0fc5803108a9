using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes.Admin;

/// <summary>The protocols of ClusterNetworkPolicy: exactly one field each.</summary>
internal static class ClusterProtocols
{
    private static readonly Field<int> Number = Field.Optional("number", NetworkValues.Port, "one port");

    private static readonly Field<PortRangeInput> Range = Field.Optional(
        "range",
        new ObjectValue<PortRangeInput>("a range with start and end", [PortRanges.Start, PortRanges.End], static input =>
            PortRanges.Read(input) is { } range ? new(range) : null),
        "consecutive ports");

    private static readonly Field<PortRangeInput> DestinationPort = Field.Required(
        "destinationPort", new ObjectValue<PortRangeInput>("a port with number or range", [Number, Range], ReadPort), "the destination's ports");

    private static readonly Field<PortRangeInput> Tcp = Transport("tcp");
    private static readonly Field<PortRangeInput> Udp = Transport("udp");
    private static readonly Field<PortRangeInput> Sctp = Transport("sctp");

    private static readonly Field<string> NamedPort = Field.Optional(
        "destinationNamedPort", NetworkValues.PortName, "the port that the destination declares under this name, with its protocol");

    /// <summary>A protocol with its ports.</summary>
    public static ValueType<TrafficMatch> Type { get; } = new ObjectValue<TrafficMatch>(
        "a protocol with tcp, udp, sctp or destinationNamedPort", [Tcp, Udp, Sctp, NamedPort], Build);

    private sealed record PortRangeInput(PortRange Ports);

    private static Field<PortRangeInput> Transport(string name) => Field.Optional(
        name, new ObjectValue<PortRangeInput>("destinationPort", [DestinationPort], static input => input.Read(DestinationPort)), $"ports of {name.ToUpperInvariant()}");

    private static PortRangeInput? ReadPort(ObjectInput input)
    {
        if (input.Has(Number) == input.Has(Range))
            input.Error("expected exactly one of number and range");
        return input.TryRead(Number, out var port) ? new(PortRange.Single((ushort)port)) : input.Read(Range);
    }

    private static TrafficMatch? Build(ObjectInput input)
    {
        if (input.Mapping.Entries.Count(entry => !entry.Value.IsNull) != 1)
            input.Error("expected exactly one of tcp, udp, sctp and destinationNamedPort");
        if (input.Read(NamedPort) is { } name)
            return new() { Ports = PortMatch.Named(name) };
        foreach (var (field, protocol) in (ReadOnlySpan<(Field<PortRangeInput>, IpProtocol)>)[(Tcp, IpProtocol.Tcp), (Udp, IpProtocol.Udp), (Sctp, IpProtocol.Sctp)])
        {
            if (input.Read(field) is { } port)
                return PortRanges.Traffic(protocol, port.Ports.First, port.Ports.Last);
        }

        return null;
    }
}
