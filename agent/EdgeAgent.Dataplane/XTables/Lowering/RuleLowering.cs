using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Reads the steps of rules and writes rules that do the same. While steps are read, the ways that a packet can match are kept apart,
/// for instance one for each counter of a map.
/// </summary>
internal sealed class RuleLowering(IpFamily family, Ruleset ruleset, SetLowering sets, XTablesNames names)
{
    private readonly List<FilterRule> _rules = [];
    private readonly HashSet<string> _targets = new(StringComparer.Ordinal);

    /// <summary>What was written.</summary>
    public IReadOnlyList<FilterRule> Rules => _rules;

    /// <summary>The chains that were gone to, by the names of the table to lower.</summary>
    public IReadOnlyCollection<string> Targets => _targets;

    /// <summary>Writes what a rule comes to: nothing, one rule or several.</summary>
    public void Lower(ChainRule rule) => Lower(rule, [Conditions.Any]);

    private void Lower(ChainRule rule, List<Conditions> ways)
    {
        var registers = new Dictionary<Register, Loaded>();
        foreach (var step in rule.Expressions)
        {
            if (ways.Count == 0)
                return;
            switch (step)
            {
                case LoadMeta load:
                    registers[load.Into] = Loaded.Of(load);
                    break;
                case LoadConntrack load:
                    registers[load.Into] = Loaded.Of(load);
                    break;
                case LoadPayload load:
                    registers[load.Into] = Loaded.Of(load);
                    break;
                case Bitwise bits when bits.Xor.Items.All(part => part == 0):
                    registers[bits.Into] = registers[bits.Source] with { Mask = bits.Mask };
                    break;
                case Compare compare:
                    ways = [.. Settled(ways).Select(way => registers[compare.Source].Compare(way, compare, family)).OfType<Conditions>()];
                    break;
                case LookupSet lookup:
                    ways = Looked(Settled(ways), lookup, registers[lookup.Key]);
                    break;
                case CountByMap count:
                    ways = Counted(Settled(ways), count, registers[count.Key]);
                    break;
                case Count count:
                    ways = [.. Settled(ways).Select(way => way with { Counter = count.Counter })];
                    break;
                case Limit limit:
                    ways = [.. Settled(ways).Select(way => way with { Rate = Rate(limit) })];
                    break;
                case LogToGroup log:
                    WriteAll(ways, rule.Comment, Target(log));
                    ways = [];
                    break;
                case LookupVerdict lookup:
                    Dispatch(Settled(ways), lookup);
                    ways = [];
                    break;
                case Decide { Verdict.Code: VerdictCode.Jump } decide when LeadsOn(ruleset.Chains[decide.Verdict.Chain!]):
                    _targets.Add(decide.Verdict.Chain!);
                    WriteAll(ways, rule.Comment, new JumpTarget(names.Chain(decide.Verdict.Chain!)));
                    ways = [];
                    break;
                case Decide { Verdict.Code: VerdictCode.Jump } decide:
                    var inner = Settled(ways);
                    foreach (var other in ruleset.Chains[decide.Verdict.Chain!].Rules)
                        Lower(other, inner);
                    ways = [];
                    break;
                case Decide decide:
                    WriteAll(ways, rule.Comment, Target(decide.Verdict));
                    ways = [];
                    break;
                default:
                    throw Loaded.Wordless(step.ToString());
            }
        }

        Settled(ways);
    }

    // What such chains allow they return; others accept, which is a return from all of ours.
    private static bool LeadsOn(Chain chain) =>
        chain.Rules.Any(rule => rule.Expressions.Any(step => step is LookupVerdict or Decide { Verdict.Code: VerdictCode.Goto }));

    /// <summary>Writes the counters that wait, since the next step narrows what matches.</summary>
    private List<Conditions> Settled(List<Conditions> ways)
    {
        WriteAll(ways.Where(way => way.Counter is not null), null, VerdictTarget.Next);
        return [.. ways.Select(way => way with { Counter = null })];
    }

    private List<Conditions> Looked(List<Conditions> ways, LookupSet lookup, Loaded key)
    {
        var found = sets.Of(lookup.Set, key.PrefixLength(family));
        if (!lookup.Inverted)
            return [.. ways.SelectMany(way => found.Select(set => way.With(Match(set, key, false))))];
        return [.. ways.Select(way => found.Aggregate(way, (narrowed, set) => narrowed.With(Match(set, key, true))))];
    }

    private List<Conditions> Counted(List<Conditions> ways, CountByMap count, Loaded key) =>
        [.. ways.SelectMany(way => sets.Of(count.Map, key.PrefixLength(family)).Select(set => way.With(Match(set, key, false)) with { Counter = set.Counter }))];

    private static SetMatch Match(LoweredSet set, Loaded key, bool inverted) => key.Field is LoadedField.Source or LoadedField.Destination
        ? new(set.Name, key.Field == LoadedField.Source, inverted)
        : throw Loaded.Wordless($"a look-up of {key.Field} in {set.Name}");

    /// <summary>One rule for the ports of one protocol that lead to one target, or for the protocol itself.</summary>
    private void Dispatch(List<Conditions> ways, LookupVerdict lookup)
    {
        var map = ruleset.Sets[lookup.Map];
        var byPort = map.Schema.Key is [KeyField.Protocol, KeyField.Port];
        if (!byPort && map.Schema.Key is not [KeyField.Protocol])
            throw Loaded.Wordless($"the key of {map.Schema.Name}");
        var targets = Enumerable.Range(0, map.Elements.Count).Select(i => (
            Protocol: new IpProtocol(map.Elements.Key(i)[0]),
            Port: byPort ? (map.Elements.Key(i)[4] << 8) | map.Elements.Key(i)[5] : 0,
            ((VerdictValue)map.Elements.Value(i)!).Verdict));
        foreach (var group in targets.GroupBy(entry => (entry.Protocol, entry.Verdict)))
        {
            var ports = group.Select(entry => PortRange.Single((ushort)entry.Port)).ToList();
            foreach (var way in ways)
            {
                if (way.With(group.Key.Protocol) is { } narrowed && (byPort ? narrowed.WithPorts(false, ports) : narrowed) is { } found)
                    WriteAll([found], null, Target(group.Key.Verdict));
            }
        }
    }

    private void WriteAll(IEnumerable<Conditions> ways, string? comment, FilterTarget target)
    {
        foreach (var way in ways)
            _rules.AddRange(RuleForms.Of(way, family, comment, target));
    }

    private FilterTarget Target(ChainVerdict verdict)
    {
        switch (verdict.Code)
        {
            case VerdictCode.Accept or VerdictCode.Return:
                return VerdictTarget.Return;
            case VerdictCode.Drop:
                return VerdictTarget.Drop;
            case VerdictCode.Continue:
                return VerdictTarget.Next;
            case VerdictCode.Goto:
                _targets.Add(verdict.Chain!);
                return new GotoTarget(names.Chain(verdict.Chain!));
            default:
                throw Loaded.Wordless(verdict.ToString());
        }
    }

    private static LogTarget Target(LogToGroup log) => log.Prefix.Length <= LogTarget.LongestPrefix
        ? new(log.Group, log.Prefix, log.SnapLength, log.QueueThreshold)
        : throw Loaded.Wordless($"a log prefix of {log.Prefix.Length} characters");

    private static RateMatch Rate(Limit limit) => limit.PacketsPerSecond is > 0 and <= RateMatch.Finest
        ? new((uint)limit.PacketsPerSecond, limit.Burst)
        : throw Loaded.Wordless($"a rate of {limit.PacketsPerSecond} packets a second");
}
