using EdgeAgent.Contracts;

namespace EdgeAgent.Netfilter;

/// <summary>Which flows are meant, by their original direction. At least one field beside the family is given.</summary>
/// <param name="Family">The family of the addresses.</param>
public sealed record FlowFilter(IpFamily Family)
{
    /// <summary>The source address, or null for any.</summary>
    public IpAddress? Source { get; init; }

    /// <summary>The destination address, or null for any.</summary>
    public IpAddress? Destination { get; init; }

    /// <summary>The protocol, or null for any. Ports need one.</summary>
    public IpProtocol? Protocol { get; init; }

    /// <summary>The source port, or null for any.</summary>
    public ushort? SourcePort { get; init; }

    /// <summary>The destination port, or null for any.</summary>
    public ushort? DestinationPort { get; init; }

    /// <summary>Whether a flow's original direction is meant.</summary>
    public bool Matches(FlowTuple tuple) =>
        tuple.Source.Family == Family
        && (Source is not { } source || source == tuple.Source)
        && (Destination is not { } destination || destination == tuple.Destination)
        && (Protocol is not { } protocol || protocol == tuple.Protocol)
        && (SourcePort is not { } sourcePort || sourcePort == tuple.SourcePort)
        && (DestinationPort is not { } destinationPort || destinationPort == tuple.DestinationPort);

    /// <exception cref="ArgumentException">It would mean all flows, or its fields do not fit together.</exception>
    internal void ThrowIfUnfit()
    {
        if (Source is null && Destination is null && Protocol is null)
            throw new ArgumentException("a filter without source, destination and protocol means every flow of the host");
        if ((SourcePort ?? DestinationPort) is not null && Protocol is not { HasPorts: true })
            throw new ArgumentException("a port needs a protocol that has ports");
        if ((Source is { } s && s.Family != Family) || (Destination is { } d && d.Family != Family))
            throw new ArgumentException($"an address of a filter is not of its family {Family}");
    }
}
