using EdgeAgent.Contracts;

namespace EdgeAgent.Netfilter;

/// <summary>
/// Which flows are meant; all fields that are given must hold, and at least one beside the family is. The first four are of the original
/// direction as its sender wrote it; the answerer is where the packets really went, behind any translation.
/// </summary>
/// <param name="Family">The family of the addresses; null for both, where nothing but the mark is asked for.</param>
public sealed record FlowFilter(IpFamily? Family)
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

    /// <summary>Where answers come from, or null for anywhere.</summary>
    public IpAddress? Answerer { get; init; }

    /// <summary>The port that answers come from, or null for any.</summary>
    public ushort? AnsweringPort { get; init; }

    /// <summary>Bits that must all be set in the flow's mark, or null for any mark.</summary>
    public uint? Mark { get; init; }

    /// <summary>Whether a flow is meant.</summary>
    public bool Matches(Flow flow)
    {
        ArgumentNullException.ThrowIfNull(flow);
        var (original, reply) = (flow.Original, flow.Reply);
        return (Family is not { } family || original.Source.Family == family)
            && (Source is not { } source || source == original.Source)
            && (Destination is not { } destination || destination == original.Destination)
            && (Protocol is not { } protocol || protocol == original.Protocol)
            && (SourcePort is not { } sourcePort || sourcePort == original.SourcePort)
            && (DestinationPort is not { } destinationPort || destinationPort == original.DestinationPort)
            && (Answerer is not { } answerer || answerer == reply.Source)
            && (AnsweringPort is not { } answeringPort || answeringPort == reply.SourcePort)
            && (Mark is not { } mark || (flow.Mark & mark) == mark);
    }

    /// <summary>
    /// What of it the kernel can be asked for. Of IPv6 addresses it hands over those flows that do <em>not</em> match: ctnetlink takes
    /// the result of ipv6_addr_cmp for its contrary (Linux 5.8 up to at least 6.18).
    /// </summary>
    internal FlowFilter ForKernel => Family == IpFamily.V6 ? this with { Source = null, Destination = null, Answerer = null } : this;

    /// <exception cref="ArgumentException">It would mean all flows, or its fields do not fit together.</exception>
    internal void ThrowIfUnfit()
    {
        if (Source is null && Destination is null && Protocol is null && Answerer is null && Mark is null or 0)
            throw new ArgumentException("a filter without address, protocol and mark means every flow of the host");
        if ((SourcePort ?? DestinationPort ?? AnsweringPort) is not null && Protocol is not { HasPorts: true })
            throw new ArgumentException("a port needs a protocol that has ports");
        if (Family is null && (Source ?? Destination ?? Answerer) is null && Protocol is not null)
            throw new ArgumentException("the kernel looks for protocols and ports of one family at a time");
        foreach (var address in new[] { Source, Destination, Answerer })
        {
            if (address is { } given && given.Family != Family)
                throw new ArgumentException($"an address of a filter is not of its family {Family?.ToString() ?? "(none given)"}");
        }
    }
}
