using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Tells whether rules match a flow, and why not.</summary>
internal sealed class FlowMatching(World world)
{
    /// <summary>Whether a policy's side is about a host at its address of the flow.</summary>
    public static bool Selects(PolicySide side, Endpoint host, IpAddress address)
    {
        var slot = new Slot(address.Family, [address], [host]);
        return side.Subjects.Items.Any(slot.IsSubject);
    }

    /// <summary>Why a rule does not match; null when it does.</summary>
    public string? Mismatch(PolicyRule rule, Flow flow, Direction direction)
    {
        if (rule.Self is { } self && !Means(self, flow.Self(direction)))
            return $"the own end {Describe(flow.Self(direction))} is not {self}";
        if (rule.Peers is { } peers && !peers.Items.Any(peer => MeansPeer(peer, flow, direction)))
            return PeerMismatch(peers, flow, direction);
        return TrafficMismatch(rule, flow);
    }

    /// <summary>
    /// Whether a rule that does not match would, if the other end, known by name, had some address; or if the other end, known by address,
    /// had a name that the rule names. Only the host knows, once it has asked.
    /// </summary>
    public bool MightMatch(PolicyRule rule, Flow flow, Direction direction)
    {
        if (rule.Peers is not { } peers || (rule.Self is { } self && !Means(self, flow.Self(direction))) || TrafficMismatch(rule, flow) is not null)
            return false;
        var named = flow.PeerName(direction) is not null;
        return peers.Items.Any(peer => named ? peer.Names.IsEmpty : !peer.Names.IsEmpty);
    }

    private string? TrafficMismatch(PolicyRule rule, Flow flow)
    {
        if (rule.Traffic is not { } alternatives)
            return null;
        string? first = null;
        foreach (var traffic in alternatives)
        {
            if (Mismatch(traffic, flow) is not { } mismatch)
                return null;
            first ??= mismatch;
        }

        return first ?? "it names no ports, so it matches no traffic";
    }

    private string PeerMismatch(EquatableArray<PeerMatch> peers, Flow flow, Direction direction) => peers.IsEmpty
        ? "it names no peers, so it matches nothing"
        : $"the other end {flow.PeerName(direction) ?? Describe(flow.Peer(direction))} is not {string.Join(" or ", peers.Items)}";

    private bool MeansPeer(PeerMatch match, Flow flow, Direction direction)
    {
        if (flow.PeerName(direction) is not { } name)
            return Means(match, flow.Peer(direction));
        var family = flow.Peer(direction).Family;
        return NameMeaning.Means(match, name, family, NameMeaning.Known(world, family));
    }

    private string Describe(IpAddress address)
    {
        var names = string.Join(", ", world.EndpointsAt(address).Select(endpoint => endpoint.Key.QualifiedName));
        return names.Length == 0 ? address.ToString() : $"{address} ({names})";
    }

    private bool Means(PeerMatch match, IpAddress address)
    {
        var known = world.EndpointsAt(address).ToList();
        return match.Names.IsEmpty
            && (match.Endpoints is null || known.Exists(endpoint => endpoint.Matches(match.Endpoints)))
            && (match.NotEndpoints is null || !known.Exists(endpoint => endpoint.Matches(match.NotEndpoints)))
            && (match.Nets.IsEmpty || match.Nets.Items.Any(block => block.Contains(address)))
            && !match.NotNets.Items.Any(block => block.Contains(address));
    }

    private string? Mismatch(TrafficMatch traffic, Flow flow)
    {
        if (traffic.Family is { } family && family != flow.Source.Family)
            return $"the flow is of IP{flow.Source.Family.ToString().ToLowerInvariant()}";
        if (traffic.Protocol is { } protocol && !protocol.Matches(flow.Protocol))
            return $"the protocol is {flow.Protocol}, not {(protocol.Negated ? "any but " : "")}{protocol.Protocol}";
        var aboutPorts = (traffic.Ports ?? traffic.NotPorts ?? traffic.SourcePorts ?? traffic.NotSourcePorts) is not null;
        if (aboutPorts && !flow.Protocol.HasPorts)
            return $"{flow.Protocol} has no ports";
        if (traffic.Ports is { } ports && !Holds(ports, flow.Port, flow, flow.Destination))
            return $"port {Number(flow.Port)} is not among {Describe(ports)}";
        if (traffic.NotPorts is { } notPorts && Holds(notPorts, flow.Port, flow, flow.Destination))
            return $"port {Number(flow.Port)} is among the excluded {Describe(notPorts)}";
        if (traffic.SourcePorts is { } sources && !Holds(sources, flow.SourcePort, flow, flow.Source))
            return $"source port {Number(flow.SourcePort)} is not among {Describe(sources)}";
        if (traffic.NotSourcePorts is { } notSources && Holds(notSources, flow.SourcePort, flow, flow.Source))
            return $"source port {Number(flow.SourcePort)} is among the excluded {Describe(notSources)}";
        return TypeMismatch(traffic, flow);
    }

    private static string? TypeMismatch(TrafficMatch traffic, Flow flow)
    {
        if ((traffic.Icmp ?? traffic.NotIcmp) is not null && !flow.Protocol.HasIcmpType)
            return $"{flow.Protocol} has no ICMP types";
        if (traffic.Icmp is { } icmp && !icmp.Matches(flow.IcmpType, flow.IcmpCode))
            return $"ICMP type {Number(flow.IcmpType)} code {Number(flow.IcmpCode)} is not the rule's";
        return traffic.NotIcmp is { } notIcmp && notIcmp.Matches(flow.IcmpType, flow.IcmpCode)
            ? $"ICMP type {Number(flow.IcmpType)} code {Number(flow.IcmpCode)} is excluded"
            : null;
    }

    private bool Holds(PortMatch ports, ushort port, Flow flow, IpAddress owner) =>
        ports.Ranges.Items.Any(range => range.Contains(port))
        || (!ports.Names.IsEmpty && world.EndpointsAt(owner)
            .SelectMany(endpoint => endpoint.Resource.Ports.Items)
            .Any(named => named.Port == port && named.Protocol == flow.Protocol && ports.Names.Items.Contains(named.Name)));

    private static string Describe(PortMatch ports) => string.Join(", ", ports.Ranges.Items.Select(range => range.ToString()).Concat(ports.Names.Items));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
