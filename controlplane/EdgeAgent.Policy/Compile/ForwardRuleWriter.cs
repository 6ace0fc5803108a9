using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// Writes the subject's rules for traffic that only passes through it, or that its machine has at addresses of others. Neither end is the subject then: what a rule says of the own end is
/// a condition on an address, the destination's where traffic arrives and the source's where it leaves, and so are its named ports.
/// </summary>
internal sealed class ForwardRuleWriter(Direction direction, AddressBook book, SetCatalog sets) : IRuleWriter
{
    private readonly OtherEnd _other = new(direction, sets);

    /// <summary>The one slot of a forwarding subject: it is one, or it is none (<see cref="Identity.ForwardStackOf"/>).</summary>
    public static SlotSet Whole { get; } = SlotSet.Single(0);

    public SlotSet Relevant => Whole;

    public bool Observes => true;

    /// <summary>Whether the rules of a side depend on which addresses and ports endpoints have, and not merely by sets.</summary>
    public static bool LooksAtMembers(PolicySide side, Direction direction) => side.Rules.Items.Any(rule =>
        rule.Self is { } self && (self.Endpoints ?? self.NotEndpoints) is not null
        || (rule.Traffic ?? []).Items.Any(traffic => OwnNames(traffic, direction).Count > 0));

    public IEnumerable<Rule> Write(int entry, int rule, PolicyRule source, SlotSet self, Verdict verdict, PolicyReference reference)
    {
        if (Own.Of(source.Self, book) is not { } own)
            yield break;
        foreach (var peer in _other.Conditions(source.Peers))
        {
            foreach (var (form, condition, part) in source.Traffic is { } traffic ? traffic.Items.SelectMany(match => Traffic(match, own, peer)) : [(TrafficForm.Any, peer, own)])
                yield return Write(form, part, condition, verdict, reference);
        }
    }

    public IEnumerable<Rule> WriteAll(SlotSet self, Verdict verdict, PolicyReference reference) =>
        self.IsNone ? [] : [Write(TrafficForm.Any, Own.Any, PeerCondition.Any, verdict, reference)];

    private IEnumerable<(TrafficForm Form, PeerCondition Peer, Own Own)> Traffic(TrafficMatch traffic, Own own, PeerCondition peer)
    {
        var names = OwnNames(traffic, direction);
        var groups = names.Count == 0 ? [] : sets.GroupsByPorts(names).ToArray();
        foreach (var (ports, addresses) in groups)
        {
            if (own.Among(addresses) is not { } part)
                continue;
            foreach (var (form, condition) in _other.Forms(traffic, ports, peer))
                yield return (form, condition, part);
        }

        var rest = groups.Length == 0 ? own : own.But(groups.SelectMany(group => group.Addresses.Items));
        foreach (var (form, condition) in rest is null ? [] : _other.Forms(traffic, [], peer))
            yield return (form, condition, rest!);
    }

    private static List<string> OwnNames(TrafficMatch traffic, Direction direction) =>
        direction == Direction.Inbound ? OtherEnd.Names(traffic.Ports, traffic.NotPorts) : OtherEnd.Names(traffic.SourcePorts, traffic.NotSourcePorts);

    private static Rule Write(TrafficForm form, Own own, PeerCondition peer, Verdict verdict, PolicyReference reference) => new(verdict, reference)
    {
        Family = form.Family,
        Protocol = form.Protocol,
        Ports = form.Ports,
        SourcePorts = form.SourcePorts,
        Icmp = form.Icmp,
        PeerAnyOf = peer.AnyOf,
        PeerNoneOf = peer.NoneOf,
        PeerPorts = peer.Ports,
        SelfAnyOf = own.AnyOf,
        SelfNoneOf = own.NoneOf,
    };

    /// <summary>A condition on the address of the own end: one of the first blocks (empty for any) and none of the others.</summary>
    private sealed record Own(EquatableArray<Cidr> AnyOf, EquatableArray<Cidr> NoneOf)
    {
        public static Own Any { get; } = new([], []);

        /// <summary>Null where no address can satisfy it.</summary>
        public static Own? Of(PeerMatch? match, AddressBook book)
        {
            if (match is null || match.IsAny)
                return Any;
            if (SetCatalog.HasPositivePart(match))
                return CidrSet.Canonical(book.Meant(match)) is { Length: > 0 } meant ? new(new(meant), []) : null;
            var excluded = match.NotEndpoints is { } endpoints ? book.Of(endpoints).Concat(match.NotNets.Items) : match.NotNets.Items;
            return new([], new(CidrSet.Canonical(excluded)));
        }

        public Own? Among(EquatableArray<IpAddress> addresses)
        {
            var among = CidrSet.Except(AnyOf.IsEmpty ? addresses.Items.Select(Cidr.Single) : CidrSet.Intersect(AnyOf.Items, addresses.Items.Select(Cidr.Single)), NoneOf.Items);
            return among.IsEmpty ? null : new(new(CidrSet.Canonical(among)), []);
        }

        public Own? But(IEnumerable<IpAddress> addresses)
        {
            if (AnyOf.IsEmpty)
                return new([], new(CidrSet.Canonical(NoneOf.Items.Concat(addresses.Select(Cidr.Single)))));
            var rest = CidrSet.Except(AnyOf.Items, addresses.Select(Cidr.Single));
            return rest.IsEmpty ? null : new(new(CidrSet.Canonical(rest)), []);
        }
    }
}
