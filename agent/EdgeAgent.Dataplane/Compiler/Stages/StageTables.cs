using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Makes the tables of all stages and cells of one direction, each once.</summary>
internal sealed class StageTables(PlacedPolicy policy, PeerClasses classes)
{
    private readonly StageDecisions _decisions = new(policy);
    private readonly Dictionary<(int, TrafficCell), StageTable> _tables = [];
    private readonly Dictionary<(int, TrafficCell), HashSet<int>> _setsLookedAt = [];
    private readonly List<StageTable> _made = [];
    private readonly int[] _seen = new int[classes.All.Count];
    private int _round;

    /// <summary>All tables, each behind the wider one that it goes on in.</summary>
    public IReadOnlyList<StageTable> All => _made;

    /// <summary>What a table must list of a class; null for nothing, because the wider one or the rest decides alike.</summary>
    public Decision? DecisionToList(StageTable table, int number)
    {
        var peer = classes.All[number];
        var decision = _decisions.Decide(table.Stage, table.Cell, peer);
        return decision == (table.Wider?.Find(number) ?? table.Elsewhere(peer.Family)) ? null : decision;
    }

    /// <summary>The table of a cell; the wider cell's own where no rule of the stage differs.</summary>
    public StageTable For(int stage, TrafficCell cell)
    {
        if (_tables.TryGetValue((stage, cell), out var table))
            return table;
        var differing = cell.Added.Concat(cell.Removed).Where(rule => rule.Placed.Stage == stage).ToList();
        table = cell.Parent is { } parent && differing.Count == 0 ? For(stage, parent) : Make(stage, cell, differing);
        _tables.Add((stage, cell), table);
        return table;
    }

    private StageTable Make(int stage, TrafficCell cell, List<PeerRule> differing)
    {
        var wider = cell.Parent is { } parent ? For(stage, parent) : null;
        var v4 = _decisions.Decide(stage, cell, classes.Elsewhere(IpFamily.V4));
        var v6 = _decisions.Decide(stage, cell, classes.Elsewhere(IpFamily.V6));
        var table = new StageTable
        {
            Stage = stage,
            Cell = cell,
            Wider = wider,
            ElsewhereV4 = v4,
            ElsewhereV6 = v6,
            Listed = Listed(stage, cell, wider, v4, v6, wider?.ElsewhereV4 == v4 && wider.ElsewhereV6 == v6 ? Touched(differing) : null),
            Logs = Logs(stage, cell),
            LooksAtPeer = SetsLookedAt(stage, cell).Count > 0,
        };
        _made.Add(table);
        return table;
    }

    private Dictionary<int, Decision> Listed(int stage, TrafficCell cell, StageTable? wider, Decision v4, Decision v6, HashSet<int>? touchedSets)
    {
        var listed = new Dictionary<int, Decision>();
        foreach (var number in OfSets(touchedSets ?? SetsLookedAt(stage, cell)))
        {
            var peer = classes.All[number];
            var decision = _decisions.Decide(stage, cell, peer);
            if (decision != (wider?.Find(number) ?? (peer.Family == IpFamily.V4 ? v4 : v6)))
                listed.Add(number, decision);
        }

        return listed;
    }

    /// <summary>The sets outside of which the rules change nothing; null where there are no such sets.</summary>
    private static HashSet<int>? Touched(List<PeerRule> rules)
    {
        var sets = new HashSet<int>();
        foreach (var rule in rules)
        {
            if (rule.Holders is { } holders)
                sets.UnionWith(holders);
            else if (rule.Placed.Branch.Set is { } set)
                sets.Add(set);
            else
                return null;
        }

        return sets;
    }

    private List<LogTable> Logs(int stage, TrafficCell cell)
    {
        var policies = RulesOf(stage, cell).Where(rule => rule.Rule.Verdict == Verdict.Log).OrderBy(rule => rule.Ordinal).Select(rule => rule.Placed.Policy).Distinct().ToList();
        if (policies.Count == 0)
            return [];
        var peers = OfSets(SetsLookedAt(stage, cell)).ToList();
        var reached = peers.ConvertAll(peer => _decisions.LoggedBy(stage, cell, classes.All[peer]));
        var v4 = _decisions.LoggedBy(stage, cell, classes.Elsewhere(IpFamily.V4));
        var v6 = _decisions.LoggedBy(stage, cell, classes.Elsewhere(IpFamily.V6));
        return policies.ConvertAll(name => new LogTable(
            name,
            [.. peers.Where((_, i) => reached[i].Contains(name))],
            [.. peers.Where((_, i) => !reached[i].Contains(name))],
            v4.Contains(name),
            v6.Contains(name)));
    }

    private IEnumerable<int> OfSets(IEnumerable<int> sets)
    {
        var round = ++_round;
        foreach (var set in sets)
        {
            foreach (var number in classes.OfSet(set))
            {
                if (_seen[number] == round)
                    continue;
                _seen[number] = round;
                yield return number;
            }
        }
    }

    private HashSet<int> SetsLookedAt(int stage, TrafficCell cell)
    {
        if (_setsLookedAt.TryGetValue((stage, cell), out var sets))
            return sets;
        sets = [.. cell.Parent is { } parent ? SetsLookedAt(stage, parent) : policy.Stages[stage].Sets];
        foreach (var rule in cell.Added.Where(rule => rule.Placed.Stage == stage))
        {
            sets.UnionWith(rule.Peers ?? []);
            sets.UnionWith(rule.PortPeers ?? []);
            sets.UnionWith(rule.NotPeers);
        }

        _setsLookedAt.Add((stage, cell), sets);
        return sets;
    }

    private static IEnumerable<PeerRule> RulesOf(int stage, TrafficCell cell)
    {
        for (var owner = cell; owner is not null; owner = owner.Parent)
        {
            foreach (var rule in owner.Added.Where(rule => rule.Placed.Stage == stage && !cell.Removes(rule, owner)))
                yield return rule;
        }
    }
}
