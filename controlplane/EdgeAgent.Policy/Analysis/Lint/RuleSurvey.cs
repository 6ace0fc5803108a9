using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Looks at every rule about hosts with every group of other ends.</summary>
internal sealed class RuleSurvey
{
    private static readonly IpFamily[] Families = [IpFamily.V4, IpFamily.V6];
    private static readonly Direction[] Directions = [Direction.Inbound, Direction.Outbound];

    private readonly FlowMap _map;
    private readonly HalfVerdicts _halves = new();
    private readonly Dictionary<RunStep, RuleUse> _uses = [];

    private RuleSurvey(EngineState state) => _map = new(state, state);

    /// <summary>What comes of each enforced rule that is about some host.</summary>
    public static IReadOnlyDictionary<RunStep, RuleUse> Of(EngineState state)
    {
        var survey = new RuleSurvey(state);
        survey.ForEachPair(survey.Look);
        survey.ForEachPair(survey.FindWhatIsBefore);
        return survey._uses;
    }

    private void ForEachPair(Action<FlowGroup, FlowGroup, Site, Site, Direction> look)
    {
        foreach (var family in Families)
        {
            foreach (var own in _map.Groups)
            {
                if (own.Hosts.Count == 0 || own.SiteOf(family) is not { } self)
                    continue;
                foreach (var peer in _map.Groups)
                {
                    if (peer.SiteOf(family) is not { } other)
                        continue;
                    foreach (var direction in Directions)
                        look(own, peer, self, other, direction);
                }
            }
        }
    }

    private void Look(FlowGroup own, FlowGroup peer, Site self, Site other, Direction direction)
    {
        foreach (var tier in _halves.RunOf(self.After, direction)!.Tiers)
        {
            foreach (var step in tier.Steps)
                _uses.TryAdd(step, new(step));
        }

        var isOwnHost = own.OnlyHost is { } host && host == peer.OnlyHost;
        var isWorld = peer.Hosts.Count == 0 && peer.Endpoints.IsEmpty && peer.DomainName is null && peer.Block is not { Length: > 0 };
        foreach (var rule in _halves.Read(self.After, direction, other.After).Rules)
        {
            var use = _uses[rule.Step];
            if (isOwnHost)
            {
                use.HasOwnHostAsPeer = true;
                continue;
            }

            use.HasPeers = true;
            use.Meant = use.Meant.Union(rule.Meant);
            use.Reached = use.Reached.Union(rule.Reached);
            if (isWorld)
                use.WithWorld = use.WithWorld.Union(rule.Reached);
            if (!use.IsMet && rule.Step.Rule.Verdict == Verdict.Allow && !rule.Reached.IsNone)
                Meet(use, rule, new(own, peer, self.Family, rule.Reached), self, other, direction);
        }
    }

    private void Meet(RuleUse use, ReachedRule rule, RefusedFlow flow, Site self, Site other, Direction direction)
    {
        var theirs = _halves.Of(other.After, direction == Direction.Inbound ? Direction.Outbound : Direction.Inbound, self.After);
        if (rule.Reached.Overlaps(theirs))
            use.IsMet = true;
        else
            use.Refused ??= flow;
    }

    private void FindWhatIsBefore(FlowGroup own, FlowGroup peer, Site self, Site other, Direction direction)
    {
        if (own.OnlyHost is { } host && host == peer.OnlyHost)
            return;
        var rules = _halves.Read(self.After, direction, other.After).Rules;
        for (var i = 0; i < rules.Length; i++)
        {
            var use = _uses[rules[i].Step];
            if (!use.Reached.IsNone || rules[i].Meant.IsNone)
                continue;
            var left = rules[i].Meant;
            foreach (var earlier in rules.Take(i).Where(earlier => earlier.Step.Rule.Verdict != Verdict.Pass || earlier.Step.Node.Tier.Key == use.Step.Node.Tier.Key))
            {
                if (earlier.Reached.Overlaps(left))
                    use.Before.Add(earlier.Step);
                left = left.Except(earlier.Reached);
            }

            use.IsClosedBefore |= !left.IsNone;
        }
    }
}
