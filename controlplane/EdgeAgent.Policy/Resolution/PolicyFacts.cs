using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>What one policy has to do with the hosts of an identity: null sides where nothing.</summary>
internal sealed record PolicyFacts(SideFacts? Ingress, SideFacts? Egress)
{
    private int Hash { get; } = HashCode.Combine(Ingress, Egress);

    public override int GetHashCode() => Hash;

    public SideFacts? Side(Direction direction) => direction == Direction.Inbound ? Ingress : Egress;

    /// <summary>The facts for these slots, or null when the policy has nothing to do with them.</summary>
    public static PolicyFacts? Of(PolicyResource policy, ImmutableArray<Slot> slots)
    {
        var ingress = policy.Ingress is null ? null : SideFacts.Of(policy.Ingress, slots);
        var egress = policy.Egress is null ? null : SideFacts.Of(policy.Egress, slots);
        return ingress is null && egress is null ? null : new(ingress, egress);
    }
}

/// <summary>What one direction of a policy has to do with the hosts of an identity.</summary>
/// <param name="Subject">The slots at which they are its subjects.</param>
/// <param name="Rules">For each of its rules.</param>
internal sealed record SideFacts(SlotSet Subject, EquatableArray<RuleFacts> Rules)
{
    private int Hash { get; } = HashCode.Combine(Subject, Rules);

    public override int GetHashCode() => Hash;

    public static SideFacts? Of(PolicySide side, ImmutableArray<Slot> slots)
    {
        var subject = Where(slots, slot => Any(side.Subjects, slot.IsSubject));
        var rules = ImmutableArray.CreateBuilder<RuleFacts>(side.Rules.Count);
        var concerned = !subject.IsNone;
        foreach (var rule in side.Rules)
        {
            var self = rule.Self is null || subject.IsNone ? subject : subject & Where(slots, slot => slot.Matches(rule.Self));
            var peer = rule.Peers is not { } peers ? SlotSet.All(slots.Length) : Where(slots, slot => Any(peers, slot.Matches));
            concerned |= !peer.IsNone;
            rules.Add(new(self, peer));
        }

        return concerned ? new(subject, rules.MoveToImmutable()) : null;
    }

    private static bool Any(EquatableArray<PeerMatch> matches, Func<PeerMatch, bool> holds)
    {
        foreach (var match in matches)
        {
            if (holds(match))
                return true;
        }

        return false;
    }

    private static SlotSet Where(ImmutableArray<Slot> slots, Func<Slot, bool> holds)
    {
        var result = SlotSet.None;
        for (var i = 0; i < slots.Length; i++)
        {
            if (holds(slots[i]))
                result |= SlotSet.Single(i);
        }

        return result;
    }
}

/// <param name="Self">The slots at which the rule is about them as subjects.</param>
/// <param name="Peer">The slots at which the rule means them as the other end.</param>
internal readonly record struct RuleFacts(SlotSet Self, SlotSet Peer);
