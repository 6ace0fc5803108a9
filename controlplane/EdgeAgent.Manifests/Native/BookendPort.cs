using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Native;

/// <summary>The ports of a BookendPolicy.</summary>
internal static class BookendPort
{
    private static readonly Field<IpProtocol> Protocol = Field.Optional(
        "protocol",
        Values.OneOf(
            ("TCP", IpProtocol.Tcp), ("UDP", IpProtocol.Udp), ("SCTP", IpProtocol.Sctp),
            ("UDPLite", IpProtocol.UdpLite), ("ICMP", IpProtocol.Icmp), ("ICMPv6", IpProtocol.IcmpV6)),
        "absent is TCP");

    private static readonly Field<int> Port = Field.Optional("port", NetworkValues.Port, "absent is every port of the protocol");
    private static readonly Field<int> EndPort = Field.Optional("endPort", NetworkValues.Port, "the last of a range that port begins");
    private static readonly Field<string> Name = Field.Optional("name", NetworkValues.PortName, "instead of port: the port that the destination declares under this name");

    /// <summary>One port, a range or a named port.</summary>
    public static ValueType<TrafficMatch> Type { get; } = new ObjectValue<TrafficMatch>(
        "a port with protocol and port, endPort or name", [Protocol, Port, EndPort, Name], Build);

    private static TrafficMatch Build(ObjectInput input)
    {
        var protocol = input.ReadValue(Protocol) ?? IpProtocol.Tcp;
        var (port, end, name) = (input.ReadValue(Port), input.ReadValue(EndPort), input.Read(Name));
        if (input.Has(EndPort) && !input.Has(Port))
            input.Error(EndPort, "endPort without port; expected the first port of the range in port");
        if (end < port)
            input.Error(EndPort, $"endPort {end} is below port {port}; expected {port} to 65535");
        if (input.Has(Name) && input.Has(Port))
            input.Error(Name, "name beside port; expected one of the two");
        if (!protocol.HasPorts && (input.Has(Port) || input.Has(Name)))
            input.Error(input.Has(Port) ? Port : Name, $"{protocol} has no ports; expected the protocol alone, or TCP, UDP, SCTP or UDPLite");
        var match = new TrafficMatch { Protocol = new(protocol, false) };
        if (name is not null)
            return match with { Ports = PortMatch.Named(name) };
        return port is { } first
            ? match with { Ports = PortMatch.Of(new PortRange((ushort)first, (ushort)Math.Max(end ?? 0, first))) }
            : match;
    }
}
