using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>A traffic condition as compiled rules put it: numbers alone, and a positive protocol wherever there are ports or ICMP types.</summary>
internal sealed record TrafficForm(IpFamily? Family, ProtocolMatch? Protocol)
{
    public static TrafficForm Any { get; } = new(null, null);

    public EquatableArray<PortRange> Ports { get; init; }

    public EquatableArray<PortRange> SourcePorts { get; init; }

    public IcmpMatch? Icmp { get; init; }

    /// <summary>Whether it holds for all traffic.</summary>
    public bool IsAny => Family is null && Protocol is null && Ports.IsEmpty && SourcePorts.IsEmpty && Icmp is null;
}
