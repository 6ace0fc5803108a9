using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Writes the subject's rules for the subject itself; its own named ports are the numbers that it declares.</summary>
internal sealed class OwnRuleWriter(Stack subject, SetCatalog sets) : IRuleWriter
{
    private readonly OtherEnd _other = new(subject.Direction, sets);

    public SlotSet Relevant { get; } = SlotSet.All(subject.Shape.Slots.Length);

    public bool Observes => true;

    public IEnumerable<Rule> Write(int entry, int rule, PolicyRule source, SlotSet self, Verdict verdict, PolicyReference reference)
    {
        if (self.IsNone)
            yield break;
        foreach (var peer in _other.Conditions(source.Peers))
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

    private IEnumerable<(TrafficForm Form, SlotSet Slots, PeerCondition Peer)> Traffic(TrafficMatch traffic, SlotSet self, PeerCondition peer)
    {
        foreach (var (ports, slots) in subject.Shape.PortGroups)
        {
            foreach (var (form, condition) in _other.Forms(traffic, ports, peer))
                yield return (form, self & slots, condition);
        }
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
