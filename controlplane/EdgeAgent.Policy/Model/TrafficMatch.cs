using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// A condition on a packet's protocol, ports and family. All parts must hold; an absent part always does. A condition on ports, also a
/// negative one, holds only for protocols that have ports, and one on ICMP types only for ICMP and ICMPv6.
/// </summary>
public sealed record TrafficMatch
{
    /// <summary>The IP family.</summary>
    public IpFamily? Family { get; init; }

    /// <summary>The protocol, or all but it.</summary>
    public ProtocolMatch? Protocol { get; init; }

    /// <summary>
    /// Destination ports of which one must match; null for any, empty for none. Names are those that the destination declares, for a
    /// protocol that <see cref="Protocol"/> allows: without it a name brings its own.
    /// </summary>
    public PortMatch? Ports { get; init; }

    /// <summary>Destination ports of which none may match; null for no such condition.</summary>
    public PortMatch? NotPorts { get; init; }

    /// <summary>Source ports of which one must match; null for any. Names are those that the source declares.</summary>
    public PortMatch? SourcePorts { get; init; }

    /// <summary>Source ports of which none may match; null for no such condition.</summary>
    public PortMatch? NotSourcePorts { get; init; }

    /// <summary>ICMP type and code that must match (never negated here).</summary>
    public IcmpMatch? Icmp { get; init; }

    /// <summary>ICMP type and code that must not match (never negated here).</summary>
    public IcmpMatch? NotIcmp { get; init; }

    /// <summary>No condition at all.</summary>
    public static TrafficMatch Any { get; } = new();
}

/// <summary>Ports by number or by name; one of them must match.</summary>
/// <param name="Ranges">By number.</param>
/// <param name="Names">By name.</param>
public sealed record PortMatch(EquatableArray<PortRange> Ranges, EquatableArray<string> Names)
{
    /// <summary>Ports by number.</summary>
    public static PortMatch Of(params ReadOnlySpan<PortRange> ranges) => new([.. ranges], []);

    /// <summary>Ports by name.</summary>
    public static PortMatch Named(params ReadOnlySpan<string> names) => new([], [.. names]);
}
