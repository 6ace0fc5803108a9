using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes.Admin;

/// <summary>The ports of AdminNetworkPolicy and BaselineAdminNetworkPolicy: exactly one field each.</summary>
internal static class AdminPorts
{
    private static readonly Field<IpProtocol> Protocol = Field.Optional("protocol", NetworkValues.TransportProtocol, "absent is TCP");
    private static readonly Field<int> Number = Field.Required("port", NetworkValues.Port, "the destination's port");

    private static readonly Field<TrafficMatch> PortNumber = Field.Optional(
        "portNumber",
        new ObjectValue<TrafficMatch>("a port with protocol and port", [Protocol, Number], static input =>
            input.TryRead(Number, out var port) ? PortRanges.Traffic(input.ReadValue(Protocol), port, port) : null),
        "one port");

    private static readonly Field<TrafficMatch> PortRange = Field.Optional(
        "portRange",
        new ObjectValue<TrafficMatch>("a range with protocol, start and end", [Protocol, PortRanges.Start, PortRanges.End], static input =>
            PortRanges.Read(input) is { } range ? PortRanges.Traffic(input.ReadValue(Protocol), range.First, range.Last) : null),
        "consecutive ports");

    private static readonly Field<string> NamedPort = Field.Optional("namedPort", NetworkValues.PortName, "the port that the destination declares under this name, with its protocol");

    /// <summary>A port, a range or a named port.</summary>
    public static ValueType<TrafficMatch> Type { get; } = new ObjectValue<TrafficMatch>(
        "a port with portNumber, portRange or namedPort", [PortNumber, PortRange, NamedPort], Build);

    private static TrafficMatch? Build(ObjectInput input)
    {
        if (input.Mapping.Entries.Count(entry => !entry.Value.IsNull) != 1)
            input.Error("expected exactly one of portNumber, portRange and namedPort");
        if (input.Read(NamedPort) is { } name)
            return new() { Ports = PortMatch.Named(name) };
        return input.Read(PortNumber) ?? input.Read(PortRange);
    }
}
