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
    private const int FewRules = 64;

    private int Hash { get; } = HashCode.Combine(Subject, Rules);

    public override int GetHashCode() => Hash;

    /// <summary>
    /// The facts for these slots. Null when they are no subjects and no rule names them, so that rules about any other end alone mean
    /// them: most hosts have nothing more to do with most policies.
    /// </summary>
    public static SideFacts? Of(PolicySide side, ImmutableArray<Slot> slots)
    {
        var subject = SlotSet.None;
        for (var i = 0; i < slots.Length; i++)
        {
            if (IsSubject(side.Subjects, slots[i]))
                subject |= SlotSet.Single(i);
        }

        var count = side.Rules.Count;
        Span<SlotSet> peers = count <= FewRules ? stackalloc SlotSet[FewRules] : new SlotSet[count];
        var concerned = !subject.IsNone;
        for (var rule = 0; rule < count; rule++)
        {
            peers[rule] = Peers(side.Rules[rule], slots);
            concerned |= side.Rules[rule] is { Peers: not null, GrantsByName: false } && !peers[rule].IsNone;
        }

        return concerned ? new(subject, Facts(side, slots, subject, peers)) : null;
    }

    /// <summary>The slots at which a rule means hosts as the other end.</summary>
    /// <param name="facts">What its side of the policy has to do with them.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="index">Its place.</param>
    /// <param name="slots">How many slots they have.</param>
    public static SlotSet PeerOf(SideFacts? facts, PolicyRule rule, int index, int slots) =>
        facts is not null ? facts.Rules[index].Peer : rule.Peers is null || rule.GrantsByName ? SlotSet.All(slots) : SlotSet.None;

    private static EquatableArray<RuleFacts> Facts(PolicySide side, ImmutableArray<Slot> slots, SlotSet subject, ReadOnlySpan<SlotSet> peers)
    {
        var rules = ImmutableArray.CreateBuilder<RuleFacts>(side.Rules.Count);
        for (var rule = 0; rule < side.Rules.Count; rule++)
        {
            var self = side.Rules[rule].Self is not { } own || subject.IsNone ? subject : subject & Meant(own, slots);
            rules.Add(new(self, peers[rule]));
        }

        return rules.MoveToImmutable();
    }

    private static bool IsSubject(EquatableArray<PeerMatch> subjects, Slot slot)
    {
        foreach (var match in subjects.AsSpan())
        {
            if (slot.IsSubject(match))
                return true;
        }

        return false;
    }

    private static SlotSet Peers(PolicyRule rule, ImmutableArray<Slot> slots)
    {
        if (rule.Peers is not { } peers || rule.GrantsByName)
            return SlotSet.All(slots.Length);
        var result = SlotSet.None;
        foreach (var match in peers.AsSpan())
            result |= Meant(match, slots);
        return result;
    }

    private static SlotSet Meant(PeerMatch match, ImmutableArray<Slot> slots)
    {
        var result = SlotSet.None;
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i].Matches(match))
                result |= SlotSet.Single(i);
        }

        return result;
    }
}

/// <param name="Self">The slots at which the rule is about them as subjects.</param>
/// <param name="Peer">The slots at which the rule means them as the other end.</param>
internal readonly record struct RuleFacts(SlotSet Self, SlotSet Peer);
