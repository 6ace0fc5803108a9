using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Says the conditions of rules on the other end, as its hosts' own rules read: it is met by address sets, and its named ports by port sets.</summary>
internal sealed class OtherEnd(Direction direction, SetCatalog sets)
{
    /// <summary>Matches without negations share one condition, as they are alternatives; others stand alone.</summary>
    public IEnumerable<PeerCondition> Conditions(EquatableArray<PeerMatch>? peers)
    {
        if (peers is not { } matches)
            return [PeerCondition.Any];
        if (matches.Items.FirstOrDefault(match => match.IsAny) is { } any)
            return [PeerCondition.Any];
        var named = matches.Items.Where(match => !match.Names.IsEmpty).ToArray();
        var positive = matches.Items.Where(SetCatalog.HasPositivePart).Except(named).ToArray();
        var negative = matches.Items.Where(match => !SetCatalog.HasPositivePart(match));
        return new[] { positive, named }.Where(alternatives => alternatives.Length > 0).Select(alternatives => new PeerCondition([.. alternatives], [.. alternatives.Select(sets.Peers).Distinct()], []))
            .Concat(negative.Select(match => new PeerCondition([match], [], [.. sets.Excluded(match)])));
    }

    /// <summary>The forms of a traffic match, each with what it asks of the other end.</summary>
    /// <param name="traffic">The match.</param>
    /// <param name="own">The named ports of the own end.</param>
    /// <param name="peer">What is asked of the other end besides.</param>
    public IEnumerable<(TrafficForm Form, PeerCondition Peer)> Forms(TrafficMatch traffic, EquatableArray<NamedPort> own, PeerCondition peer) =>
        direction == Direction.Inbound ? Inbound(traffic, own, peer) : Outbound(traffic, own, peer);

    /// <summary>The port names that a match speaks of, sorted.</summary>
    public static List<string> Names(PortMatch? ports, PortMatch? notPorts) =>
        new[] { ports, notPorts }.OfType<PortMatch>().SelectMany(match => match.Names.Items).Distinct().Order(StringComparer.Ordinal).ToList();

    /// <summary>The own end is the destination: its own ports are known, names of source ports are the peers'.</summary>
    private IEnumerable<(TrafficForm Form, PeerCondition Peer)> Inbound(TrafficMatch traffic, EquatableArray<NamedPort> own, PeerCondition peer) =>
        Names(traffic.SourcePorts, traffic.NotSourcePorts) is { Count: > 0 } names
            ? ByPeerPorts(names, peer, ports => TrafficExpansion.Forms(traffic, own, ports))
            : TrafficExpansion.Forms(traffic, own, []).Select(form => (form, peer));

    /// <summary>The own end is the source: destination ports by name are the peers', met by a set of (address, protocol, port) where they are not negated.</summary>
    private IEnumerable<(TrafficForm Form, PeerCondition Peer)> Outbound(TrafficMatch traffic, EquatableArray<NamedPort> own, PeerCondition peer)
    {
        if (traffic.NotPorts is { Names.IsEmpty: false })
            return ByPeerPorts(Names(traffic.Ports, traffic.NotPorts), peer, ports => TrafficExpansion.Forms(traffic, ports, own));
        if (traffic.Ports is not { Names.IsEmpty: false } ports)
            return TrafficExpansion.Forms(traffic, [], own).Select(form => (form, peer));
        var byNumber = traffic with { Ports = ports with { Names = [] } };
        var byName = TrafficExpansion.Forms(traffic with { Ports = PortMatch.Of(PortRange.All) }, [], own)
            .Select(form => (form, AtPorts(peer, ports.Names, form.Protocol!.Value.Protocol)));
        return TrafficExpansion.Forms(byNumber, [], own).Select(form => (form, peer)).Concat(byName);
    }

    /// <summary>The peers at the ports that they declare. Who has a name is not known here, so that it stays a condition beside that on the port.</summary>
    private PeerCondition AtPorts(PeerCondition peer, EquatableArray<string> names, IpProtocol protocol) =>
        peer.Matches.Items.Any(match => !match.Names.IsEmpty)
            ? peer with { Ports = sets.Ports([], names, protocol) }
            : peer.AtPorts(sets.Ports(peer.Matches, names, protocol));

    /// <summary>Splits the peers by the numbers that they declare for some names, and each part has forms of its own.</summary>
    private IEnumerable<(TrafficForm Form, PeerCondition Peer)> ByPeerPorts(
        List<string> names,
        PeerCondition peer,
        Func<EquatableArray<NamedPort>, IEnumerable<TrafficForm>> forms)
    {
        var groups = sets.GroupsByPorts(names).ToArray();
        foreach (var (ports, addresses) in groups)
        {
            foreach (var form in forms(ports))
            {
                foreach (var match in peer.Matches.IsEmpty ? [PeerMatch.Any] : peer.Matches)
                    yield return (form, new([match], [sets.PeersAmong(match, names, ports, addresses)], []));
            }
        }

        var declaring = sets.AddressesDeclaring(names, groups.SelectMany(group => group.Addresses));
        foreach (var form in forms([]))
            yield return (form, peer with { NoneOf = [.. peer.NoneOf, declaring] });
    }
}
