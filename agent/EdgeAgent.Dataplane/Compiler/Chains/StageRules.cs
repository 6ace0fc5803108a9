using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>A rule that lacks its verdict: allowed flows go on where the chain says.</summary>
/// <param name="Steps">The steps before the verdict.</param>
/// <param name="Denied">Where the flows go if they are denied; null if they are allowed.</param>
internal sealed record OpenRule(EquatableArray<Expression> Steps, ChainVerdict? Denied)
{
    public ChainRule Close(ChainVerdict allowed) => new([.. Steps, new Decide(Denied ?? allowed)]);
}

/// <summary>Turns stage tables into maps and into rules without verdict; each table's maps are written once, whoever uses them.</summary>
internal sealed class StageRules(PeerClasses classes, Direction direction, DenyChains denies, PeerMapWriter maps, RulesetBuilder ruleset)
{
    /// <summary>Above this many denying policies one map holds them all, and its log names none.</summary>
    private const int MaxDenyMaps = 4;

    private readonly Dictionary<StageTable, IReadOnlyList<OpenRule>> _listed = [];

    /// <summary>The rules for the peers that the table itself lists.</summary>
    public IReadOnlyList<OpenRule> Listed(StageTable table, string name)
    {
        if (!_listed.TryGetValue(table, out var rules))
            _listed.Add(table, rules = [.. Allowed(table, name), .. Denied(table, name)]);
        return rules;
    }

    /// <summary>The rules for the peers that no table lists; the last one matches all that is left.</summary>
    public IEnumerable<OpenRule> Elsewhere(StageTable table)
    {
        if (table.ElsewhereV4 != table.ElsewhereV6)
            yield return Always(table.ElsewhereV4, Match.Family(IpFamily.V4));
        yield return Always(table.ElsewhereV6, []);
    }

    /// <summary>The rules that log, which go before those that decide.</summary>
    public IEnumerable<ChainRule> Logs(StageTable table, string name)
    {
        var number = 0;
        foreach (var log in table.Logs)
        {
            var count = ruleset.Count(CounterNames.Logged(log.Policy, direction));
            var send = denies.Log(Verdict.Log, log.Policy);
            var map = $"{name}.log{++number}";
            var everywhere = log.ElsewhereV4 && log.ElsewhereV6;
            if (everywhere && log.NotLogged.Count == 0)
            {
                yield return new([count, .. send]);
                continue;
            }

            foreach (var family in new[] { IpFamily.V4, IpFamily.V6 })
            {
                if (family == IpFamily.V4 ? log.ElsewhereV4 : log.ElsewhereV6)
                {
                    var except = maps.Write($"{map}.not", SetKind.Set, log.NotLogged.Select(Peer).Where(peer => peer.Family == family).Select(peer => (peer, (ElementValue?)null)));
                    yield return new([.. Match.Family(family), .. except.SelectMany(lookup => lookup.Lacks(direction)), count, .. send]);
                }
                else
                {
                    var value = ruleset.CounterValue(count.Counter);
                    var logged = log.Logged.Select(Peer).Where(peer => peer.Family == family).Select(peer => (peer, (ElementValue?)value));
                    foreach (var lookup in maps.Write(map, SetKind.CounterMap, logged))
                        yield return new([.. lookup.Count(direction), .. send]);
                }
            }
        }
    }

    private IEnumerable<OpenRule> Allowed(StageTable table, string name) =>
        maps.Write(name, Source(table, static decision => decision.Allowed), classes).Select(lookup => new OpenRule([.. lookup.Count(direction)], null));

    private IEnumerable<OpenRule> Denied(StageTable table, string name)
    {
        var policies = table.Listed.Values.Where(decision => !decision.Allowed).Select(decision => decision.Policy!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (policies.Count > MaxDenyMaps)
            return DenyMap($"{name}.deny", Source(table, static decision => !decision.Allowed), denies.For(null));
        return policies.SelectMany((policy, number) => DenyMap(
            number == 0 ? $"{name}.deny" : $"{name}.deny{number + 1}",
            Source(table, decision => !decision.Allowed && decision.Policy == policy),
            denies.For(policy)));
    }

    private IEnumerable<OpenRule> DenyMap(string name, PeerMapSource denied, ChainVerdict chain) =>
        maps.Write(name, denied, classes).Select(lookup => new OpenRule([.. lookup.Count(direction)], chain));

    private PeerMapSource Source(StageTable table, Func<Decision, bool> covers) => new(table, covers, decision => ruleset.CounterValue(Counter(decision)));

    private OpenRule Always(Decision decision, EquatableArray<Expression> match)
    {
        EquatableArray<Expression> steps = decision.Policy is null ? match : [.. match, ruleset.Count(Counter(decision))];
        return new(steps, decision.Allowed ? null : denies.For(decision.Policy));
    }

    private string Counter(Decision decision) => decision switch
    {
        { Policy: null } => CounterNames.Undecided(direction),
        { Allowed: true } => CounterNames.Allowed(decision.Policy, direction),
        _ => CounterNames.Denied(decision.Policy, direction),
    };

    private PeerClass Peer(int number) => classes.All[number];
}
