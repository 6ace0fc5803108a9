using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>Who refers to what in a table.</summary>
internal static class References
{
    /// <summary>NFT_JUMP_STACK_SIZE.</summary>
    public const int MostChains = 16;

    public static string? SetOf(Expression step) => step switch
    {
        LookupSet lookup => lookup.Set,
        LookupVerdict lookup => lookup.Map,
        CountByMap count => count.Map,
        _ => null,
    };

    public static bool ToSet(Ruleset table, string set) => Steps(table).Any(step => SetOf(step) == set);

    public static bool ToCounter(Ruleset table, string counter) =>
        Steps(table).Any(step => step is Count count && count.Counter == counter)
        || table.Sets.Values.Any(set => Values(set).Any(value => value is CounterValue by && by.Counter == counter));

    public static bool ToChain(Ruleset table, string chain) =>
        Steps(table).Any(step => step is Decide decide && decide.Verdict.Chain == chain)
        || table.Sets.Values.Any(set => Values(set).Any(value => value is VerdictValue to && to.Verdict.Chain == chain));

    /// <summary>Whether packets come to a rule that looks into a set.</summary>
    public static bool InReach(Ruleset table, string set)
    {
        var reached = table.Chains.Values.Where(chain => chain.Hook is not null).Select(chain => chain.Name).ToHashSet(StringComparer.Ordinal);
        var next = new Queue<string>(reached);
        while (next.TryDequeue(out var name))
        {
            if (table.Chains[name].Rules.SelectMany(rule => rule.Expressions).Any(step => SetOf(step) == set))
                return true;
            foreach (var target in Targets(table, table.Chains[name]).Where(reached.Add))
                next.Enqueue(target);
        }

        return false;
    }

    /// <summary>The most chains on one way from a base chain; <see cref="int.MaxValue"/> for a circle.</summary>
    public static int DeepestWay(Ruleset table)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        return table.Chains.Values.Where(chain => chain.Hook is not null).Select(chain => Depth(chain.Name)).DefaultIfEmpty(0).Max();

        int Depth(string name)
        {
            if (known.TryGetValue(name, out var depth))
                return depth;
            known[name] = int.MaxValue;
            var below = Targets(table, table.Chains[name]).Select(Depth).DefaultIfEmpty(0).Max();
            return known[name] = below == int.MaxValue ? int.MaxValue : below + 1;
        }
    }

    private static IEnumerable<string> Targets(Ruleset table, Chain chain)
    {
        var steps = chain.Rules.SelectMany(rule => rule.Expressions).ToList();
        var decided = steps.OfType<Decide>().Select(decide => decide.Verdict.Chain);
        var mapped = steps.OfType<LookupVerdict>().SelectMany(lookup => Values(table.Sets[lookup.Map])).OfType<VerdictValue>().Select(value => value.Verdict.Chain);
        return decided.Concat(mapped).OfType<string>().Distinct();
    }

    private static IEnumerable<Expression> Steps(Ruleset table) => table.Chains.Values.SelectMany(chain => chain.Rules).SelectMany(rule => rule.Expressions);

    private static IEnumerable<ElementValue?> Values(NamedSet set) => Enumerable.Range(0, set.Elements.Count).Select(set.Elements.Value);
}
