using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Netfilter;

/// <summary>One direction of a tracked connection.</summary>
public readonly record struct FlowTuple
{
    /// <summary>Where packets of this direction come from.</summary>
    public required IpAddress Source { get; init; }

    /// <summary>Where they go.</summary>
    public required IpAddress Destination { get; init; }

    /// <summary>The transport protocol.</summary>
    public required IpProtocol Protocol { get; init; }

    /// <summary>The source port; 0 where the protocol has none.</summary>
    public ushort SourcePort { get; init; }

    /// <summary>The destination port; 0 where the protocol has none.</summary>
    public ushort DestinationPort { get; init; }

    /// <summary>The identifier of an ICMP or ICMPv6 query.</summary>
    public ushort IcmpIdentifier { get; init; }

    /// <summary>The type of an ICMP or ICMPv6 query.</summary>
    public byte IcmpType { get; init; }

    /// <summary>The code of an ICMP or ICMPv6 query.</summary>
    public byte IcmpCode { get; init; }

    /// <summary>The other direction, where nothing is translated.</summary>
    public FlowTuple Mirrored => this with { Source = Destination, Destination = Source, SourcePort = DestinationPort, DestinationPort = SourcePort };

    /// <inheritdoc/>
    public override string ToString() => Protocol.HasIcmpType
        ? string.Create(CultureInfo.InvariantCulture, $"{Protocol} {Source} > {Destination} type {IcmpType} code {IcmpCode} id {IcmpIdentifier}")
        : string.Create(CultureInfo.InvariantCulture, $"{Protocol} {Source} {SourcePort} > {Destination} {DestinationPort}");
}
