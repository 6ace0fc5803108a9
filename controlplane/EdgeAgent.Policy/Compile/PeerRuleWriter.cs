using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// Writes the subject's rules for the other end of its flows, as they read for that host: conditions on the host that hold are left out,
/// rules with one that cannot hold are dropped. Seen from that host the subject is the peer.
/// </summary>
internal sealed class PeerRuleWriter(Stack subject, View host, SetCatalog sets) : IRuleWriter
{
    private readonly FamilySet _families = subject.Shape.Families & host.Shape.Families;

    public SlotSet Relevant { get; } = subject.Shape.SlotsOf(subject.Shape.Families & host.Shape.Families);

    public bool Observes => false;

    public IEnumerable<Rule> Write(int entry, int rule, PolicyRule source, SlotSet self, Verdict verdict, PolicyReference reference)
    {
        var peer = SideFacts.PeerOf(host.Facts[entry], source, rule, host.Shape.Slots.Length);
        if (self.IsNone || peer.IsNone)
            return [];
        return source.Traffic is not { } alternatives
            ? Write(TrafficForm.Any, self, peer, verdict, reference)
            : alternatives.Items.SelectMany(traffic => Write(traffic, self, peer, verdict, reference));
    }

    public IEnumerable<Rule> WriteAll(SlotSet self, Verdict verdict, PolicyReference reference) =>
        Write(TrafficForm.Any, self, host.Shape.SlotsOf(_families), verdict, reference);

    private IEnumerable<Rule> Write(TrafficMatch traffic, SlotSet self, SlotSet peer, Verdict verdict, PolicyReference reference)
    {
        foreach (var (selfPorts, selfSlots) in subject.Shape.PortGroups)
        {
            foreach (var (peerPorts, peerSlots) in host.Shape.PortGroups)
            {
                var (destination, source) = subject.Direction == Direction.Inbound ? (selfPorts, peerPorts) : (peerPorts, selfPorts);
                foreach (var form in TrafficExpansion.Forms(traffic, destination, source))
                {
                    foreach (var rule in Write(form, self & selfSlots, peer & peerSlots, verdict, reference))
                        yield return rule;
                }
            }
        }
    }

    private IEnumerable<Rule> Write(TrafficForm form, SlotSet self, SlotSet peer, Verdict verdict, PolicyReference reference)
    {
        var families = _families & FamilySet.Of(form.Family);
        families &= SlotCondition.Of(subject.Shape.Slots, self, families).Families;
        families &= SlotCondition.Of(host.Shape.Slots, peer, families).Families;
        if (families.IsNone)
            yield break;
        var subjectAddresses = SlotCondition.Of(subject.Shape.Slots, self, families).Addresses;
        yield return new(verdict, reference)
        {
            Family = form.Family ?? (families == _families ? null : families.Only),
            Protocol = form.Protocol,
            Ports = form.Ports,
            SourcePorts = form.SourcePorts,
            Icmp = form.Icmp,
            PeerAnyOf = subjectAddresses.IsEmpty ? [] : [sets.Addresses(subjectAddresses)],
            SelfAnyOf = SlotCondition.Of(host.Shape.Slots, peer, families).Addresses.Items.Select(Cidr.Single).ToEquatableArray(),
        };
    }
}
