using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Writes the chains of cells, stage after stage; cells and stages of equal content share a chain.</summary>
internal sealed class StageChains(IReadOnlyList<PlacedStage> stages, Direction direction, ChainVerdict allowed, StageTables tables, StageRules rules, RulesetBuilder ruleset)
{
    private readonly Dictionary<TrafficCell, ChainVerdict> _entries = [];
    private readonly Dictionary<(int, TrafficCell), ChainVerdict> _targets = [];

    /// <summary>Where a cell's traffic goes: to the chain that sets its parts apart, or to its first stage.</summary>
    public ChainVerdict Entry(TrafficCell cell)
    {
        if (_entries.TryGetValue(cell, out var entry))
            return entry;
        if (cell.Sides.Count == 0)
        {
            entry = Stage(0, cell);
        }
        else
        {
            var chain = ruleset.ChainName(cell.Name);
            var parts = cell.Sides.SelectMany(side => side.Matches.Select(match => new ChainRule([.. match, new Decide(Entry(side.Cell))]))).ToList();
            ruleset.AddChain(chain, [.. parts, new([new Decide(Stage(0, cell))])]);
            entry = ChainVerdict.Goto(chain);
        }

        _entries.Add(cell, entry);
        return entry;
    }

    private ChainVerdict Stage(int stage, TrafficCell cell)
    {
        if (stage == stages.Count)
            return allowed;
        if (!_targets.TryGetValue((stage, cell), out var target))
            _targets.Add((stage, cell), target = Write(stage, cell));
        return target;
    }

    private ChainVerdict Write(int stage, TrafficCell cell)
    {
        var table = tables.For(stage, cell);
        var next = Stage(stage + 1, cell);
        if (!table.LooksAtPeer && table.Logs.Count == 0 && table.ElsewhereV4 == new Decision(true, null) && table.ElsewhereV6 == table.ElsewhereV4)
            return next;
        var sameBehind = cell.Parent is { } parent && Stage(stage + 1, parent) == next;
        if (sameBehind && tables.For(stage, cell.Parent!) == table)
            return Stage(stage, cell.Parent!);
        var chain = ruleset.ChainName(Name(stage, cell));
        var open = new List<OpenRule>(rules.Listed(table, Name(stage, table.Cell)));
        var inherited = new List<OpenRule>();
        for (var wider = table.Wider; wider is not null; wider = wider.Wider)
            inherited.AddRange(rules.Listed(wider, Name(stage, wider.Cell)));
        inherited.AddRange(rules.Elsewhere(table));
        if (inherited.Count > 1 && sameBehind && table.Wider is { Logs.Count: 0 } same && same.ElsewhereV4 == table.ElsewhereV4 && same.ElsewhereV6 == table.ElsewhereV6)
            open.Add(new([], Stage(stage, cell.Parent!)));
        else
            open.AddRange(inherited);
        ruleset.AddChain(chain, [.. Elsewhere(stages[stage].Interface, next), .. rules.Logs(table, chain), .. open.Select(rule => rule.Close(next))]);
        return ChainVerdict.Goto(chain);
    }

    /// <summary>Traffic of interfaces that the stage is not about goes on at once.</summary>
    private IEnumerable<ChainRule> Elsewhere(InterfaceMatch? interfaces, ChainVerdict next) => interfaces switch
    {
        null => [],
        { Name: { } name } => [new([.. Match.Interface(direction, CompareOperator.NotEqual, name), new Decide(next)])],
        _ => interfaces.Except.Select(name => new ChainRule([.. Match.Interface(direction, CompareOperator.Equal, name), new Decide(next)])),
    };

    private static string Name(int stage, TrafficCell cell)
    {
        var name = cell.Sides.Count == 0 ? cell.Name : cell.Name + ".other";
        return stage == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}.stage{stage + 1}");
    }
}
