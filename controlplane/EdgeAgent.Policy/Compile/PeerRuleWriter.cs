using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// Writes the subject's rules for the other end of its flows, as they read for that host: conditions on the host that hold are left out,
/// rules with one that cannot hold are dropped. Seen from that host the subject is the peer.
/// </summary>
internal sealed class PeerRuleWriter(Identity subject, Identity host, Direction direction, SetCatalog sets) : IRuleWriter
{
    private readonly FamilySet _families = subject.Families & host.Families;

    public SlotSet Relevant { get; } = subject.SlotsOf(subject.Families & host.Families);

    public bool Observes => false;

    public IEnumerable<Rule> Write(int place, int rule, PolicyRule source, SlotSet self, Verdict verdict, PolicyReference reference)
    {
        if (self.IsNone || host.Facts[place]?.Side(direction)?.Rules[rule].Peer is not { IsNone: false } peer)
            return [];
        return source.Traffic is not { } alternatives
            ? Write(TrafficForm.Any, self, peer, verdict, reference)
            : alternatives.Items.SelectMany(traffic => Write(traffic, self, peer, verdict, reference));
    }

    public IEnumerable<Rule> WriteAll(SlotSet self, Verdict verdict, PolicyReference reference) =>
        Write(TrafficForm.Any, self, host.SlotsOf(_families), verdict, reference);

    private IEnumerable<Rule> Write(TrafficMatch traffic, SlotSet self, SlotSet peer, Verdict verdict, PolicyReference reference)
    {
        foreach (var (selfPorts, selfSlots) in subject.PortGroups())
        {
            foreach (var (peerPorts, peerSlots) in host.PortGroups())
            {
                var (destination, source) = direction == Direction.Inbound ? (selfPorts, peerPorts) : (peerPorts, selfPorts);
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
        families &= SlotCondition.Of(subject.Slots, self, families).Families;
        families &= SlotCondition.Of(host.Slots, peer, families).Families;
        if (families.IsNone)
            yield break;
        var subjectAddresses = SlotCondition.Of(subject.Slots, self, families).Addresses;
        yield return new(verdict, reference)
        {
            Family = form.Family ?? (families == _families ? null : families.Only),
            Protocol = form.Protocol,
            Ports = form.Ports,
            SourcePorts = form.SourcePorts,
            Icmp = form.Icmp,
            PeerAnyOf = subjectAddresses.IsEmpty ? [] : [sets.Addresses(subjectAddresses)],
            SelfAnyOf = SlotCondition.Of(host.Slots, peer, families).Addresses.Items.Select(Cidr.Single).ToEquatableArray(),
        };
    }
}
