using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>A question: may this flow pass?</summary>
/// <param name="From">The source: <c>namespace/name</c>, the name of an endpoint outside namespaces, an address, or a name of the Domain Name System.</param>
/// <param name="To">The destination, in the same way.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="Port">The destination port; null for protocols without ports.</param>
public sealed record Probe(string From, string To, IpProtocol Protocol, ushort? Port)
{
    /// <summary>The ICMP type; an echo request when null.</summary>
    public byte? IcmpType { get; init; }

    /// <summary>The ICMP code.</summary>
    public byte? IcmpCode { get; init; }

    /// <summary>The source port of the flow; an ephemeral one.</summary>
    public ushort SourcePort { get; init; } = 49_152;
}
