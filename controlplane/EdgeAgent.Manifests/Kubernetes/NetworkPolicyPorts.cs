using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>The ports of a NetworkPolicy's rule.</summary>
internal static class NetworkPolicyPorts
{
    private static readonly Field<IpProtocol> Protocol = Field.Optional("protocol", NetworkValues.TransportProtocol, "absent is TCP");
    private static readonly Field<NumberOrName> Port = Field.Optional("port", NetworkValues.PortOrName, "absent is every port of the protocol; a name is the destination's");
    private static readonly Field<int> EndPort = Field.Optional("endPort", NetworkValues.Port, "the last of a range that port begins");

    /// <summary>One port, a range or a named port.</summary>
    public static ValueType<TrafficMatch> Type { get; } = new ObjectValue<TrafficMatch>("a port with protocol, port and endPort", [Protocol, Port, EndPort], Build);

    private static TrafficMatch? Build(ObjectInput input)
    {
        var protocol = input.ReadValue(Protocol) ?? IpProtocol.Tcp;
        var port = input.ReadValue(Port);
        var end = input.ReadValue(EndPort);
        if (input.Has(EndPort) && !input.Has(Port))
            input.Error(EndPort, "endPort without port; expected the first port of the range in port");
        if (end is not null && port is { IsName: true })
            input.Error(EndPort, "endPort with a named port; expected a number in port");
        if (end < port?.Number)
            input.Error(EndPort, $"endPort {end} is below port {port.Value.Number}; expected {port.Value.Number} to 65535");
        var match = new TrafficMatch { Protocol = new(protocol, false) };
        if (port is not { } first)
            return match;
        return match with
        {
            Ports = first.IsName ? PortMatch.Named(first.Name) : PortMatch.Of(new PortRange(first.Number, (ushort)Math.Max(end ?? 0, first.Number))),
        };
    }
}
