using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>A part of a <see cref="TrafficSet"/>.</summary>
/// <param name="Protocol">The protocol's name or number, a range of numbers, or <c>other</c>: all that has no ports and is not ICMP.</param>
/// <param name="Ports">Destination ports, or ICMP types; empty for all.</param>
/// <param name="SourcePorts">Source ports, or ICMP codes; empty for all.</param>
public sealed record TrafficPart(string Protocol, EquatableArray<PortRange> Ports, EquatableArray<PortRange> SourcePorts)
{
    /// <summary>Whether <see cref="Ports"/> are ICMP types, and <see cref="SourcePorts"/> codes.</summary>
    public bool IsIcmp => Protocol.StartsWith("ICMP", StringComparison.Ordinal);

    /// <summary><c>TCP</c>, <c>TCP/80,8000-8080</c>, <c>TCP/80 from 1024-65535</c>, <c>ICMP/8</c>, <c>ICMP/3 code 4</c>.</summary>
    public override string ToString()
    {
        var ports = Ports.IsEmpty ? "" : $"/{string.Join(',', Ports)}";
        var sources = SourcePorts.IsEmpty ? "" : $" {(IsIcmp ? "code" : "from")} {string.Join(',', SourcePorts)}";
        return $"{Protocol}{ports}{sources}";
    }
}
