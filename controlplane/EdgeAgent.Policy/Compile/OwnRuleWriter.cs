using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Writes the subject's rules for the subject itself: the other end is met by address sets, named ports by the subject's numbers or by port sets.</summary>
internal sealed class OwnRuleWriter(Stack subject, SetCatalog sets) : IRuleWriter
{
    public SlotSet Relevant { get; } = SlotSet.All(subject.Shape.Slots.Length);

    public bool Observes => true;

    public IEnumerable<Rule> Write(int entry, int rule, PolicyRule source, SlotSet self, Verdict verdict, PolicyReference reference)
    {
        if (self.IsNone)
            yield break;
        foreach (var peer in PeerConditions(source.Peers))
        {
            foreach (var condition in source.Traffic is { } traffic ? traffic.Items.SelectMany(match => Traffic(match, self, peer)) : [(TrafficForm.Any, self, peer)])
            {
                foreach (var written in Write(condition.Form, condition.Slots, condition.Peer, verdict, reference))
                    yield return written;
            }
        }
    }

    public IEnumerable<Rule> WriteAll(SlotSet self, Verdict verdict, PolicyReference reference) =>
        self.IsNone ? [] : Write(TrafficForm.Any, self, PeerCondition.Any, verdict, reference);

    /// <summary>Matches without negations share one condition, as they are alternatives; others stand alone.</summary>
    private IEnumerable<PeerCondition> PeerConditions(EquatableArray<PeerMatch>? peers)
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

    private IEnumerable<(TrafficForm Form, SlotSet Slots, PeerCondition Peer)> Traffic(TrafficMatch traffic, SlotSet self, PeerCondition peer)
    {
        foreach (var (ports, slots) in subject.Shape.PortGroups)
        {
            foreach (var (form, condition) in subject.Direction == Direction.Inbound ? Inbound(traffic, ports, peer) : Outbound(traffic, ports, peer))
                yield return (form, self & slots, condition);
        }
    }

    /// <summary>The subject is the destination: its own ports are known, names of source ports are the peers'.</summary>
    private IEnumerable<(TrafficForm Form, PeerCondition Peer)> Inbound(TrafficMatch traffic, EquatableArray<NamedPort> own, PeerCondition peer) =>
        Names(traffic.SourcePorts, traffic.NotSourcePorts) is { Count: > 0 } names
            ? ByPeerPorts(names, peer, ports => TrafficExpansion.Forms(traffic, own, ports))
            : TrafficExpansion.Forms(traffic, own, []).Select(form => (form, peer));

    /// <summary>The subject is the source: destination ports by name are the peers', met by a set of (address, protocol, port) where they are not negated.</summary>
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

    private static List<string> Names(PortMatch? ports, PortMatch? notPorts) =>
        new[] { ports, notPorts }.OfType<PortMatch>().SelectMany(match => match.Names.Items).Distinct().Order(StringComparer.Ordinal).ToList();

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

    private IEnumerable<Rule> Write(TrafficForm form, SlotSet self, PeerCondition peer, Verdict verdict, PolicyReference reference)
    {
        var condition = SlotCondition.Of(subject.Shape.Slots, self, FamilySet.Of(form.Family));
        if (condition.Families.IsNone)
            yield break;
        yield return new(verdict, reference)
        {
            Family = form.Family ?? (condition.Families == subject.Shape.Families ? null : condition.Families.Only),
            Protocol = form.Protocol,
            Ports = form.Ports,
            SourcePorts = form.SourcePorts,
            Icmp = form.Icmp,
            PeerAnyOf = peer.AnyOf,
            PeerNoneOf = peer.NoneOf,
            PeerPorts = peer.Ports,
            SelfAnyOf = condition.Addresses.Items.Select(Cidr.Single).ToEquatableArray(),
        };
    }
}
