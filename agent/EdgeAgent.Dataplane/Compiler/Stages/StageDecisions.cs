using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Decides about one peer class in one cell, rule by rule.</summary>
internal sealed class StageDecisions(PlacedPolicy policy)
{
    /// <summary>The stage's decision.</summary>
    public Decision Decide(int stage, TrafficCell cell, PeerClass peer)
    {
        foreach (var block in policy.Stages[stage].For(peer)?.Blocks ?? [])
        {
            if (Of(FirstRule(cell, block.Number, peer), block) is { } decision)
                return decision;
        }

        return new(true, null);
    }

    /// <summary>The policies whose Log rules the peer reaches, each once, in order.</summary>
    public IReadOnlyList<string> LoggedBy(int stage, TrafficCell cell, PeerClass peer)
    {
        var logged = new List<string>();
        foreach (var block in policy.Stages[stage].For(peer)?.Blocks ?? [])
        {
            PeerRule? terminal = null;
            foreach (var rule in AllRules(cell, block.Number, peer).OrderBy(rule => rule.Ordinal))
            {
                if (rule.Rule.Verdict != Verdict.Log)
                {
                    terminal = rule;
                    break;
                }

                if (!logged.Contains(rule.Placed.Policy))
                    logged.Add(rule.Placed.Policy);
            }

            if (Of(terminal, block) is not null)
                break;
        }

        return logged;
    }

    /// <summary>The decision that ends the stage; null where the next block goes on.</summary>
    private static Decision? Of(PeerRule? rule, PlacedBlock block) => rule?.Rule.Verdict switch
    {
        Verdict.Allow => new(true, rule.Placed.Policy),
        Verdict.Deny => new(false, rule.Placed.Policy),
        null when block.End == BlockEnd.Deny => new(false, block.EndPolicy),
        _ => null,
    };

    private static PeerRule? FirstRule(TrafficCell cell, int block, PeerClass peer)
    {
        PeerRule? first = null;
        for (var owner = cell; owner is not null; owner = owner.Parent)
            first = owner.Rules(block)?.First(peer, first?.Ordinal ?? int.MaxValue, cell, owner) ?? first;
        return first;
    }

    private static IEnumerable<PeerRule> AllRules(TrafficCell cell, int block, PeerClass peer)
    {
        for (var owner = cell; owner is not null; owner = owner.Parent)
        {
            foreach (var rule in owner.Rules(block)?.All(peer, cell, owner) ?? [])
                yield return rule;
        }
    }
}
