using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>Does to a table what other processes can do: each result is a table that the kernel could hold.</summary>
internal static class Damage
{
    public static Ruleset Of(Ruleset ruleset, Random random)
    {
        for (var i = random.Next(1, 5); i > 0; i--)
            ruleset = Once(ruleset, random) is var damaged && FakeKernel.CanFollow(damaged) ? damaged : ruleset;
        return ruleset;
    }

    private static Ruleset Once(Ruleset table, Random random) => random.Next(11) switch
    {
        0 => Ruleset.Empty,
        1 => WithRules(table, Chain(table, random), []),
        2 => WithRules(table, Chain(table, random), Chain(table, random).Rules.Reverse().Where(rule => random.Next(2) == 0).ToEquatableArray()),
        3 => WithoutChain(table, Chain(table, random).Name),
        4 when table.Sets.Count > 0 => WithoutSet(table, Set(table, random).Schema.Name),
        5 when table.Sets.Count > 0 => WithElements(table, Set(table, random), random),
        6 when table.Sets.Count > 0 => WithOtherSchema(table, Set(table, random)),
        7 => WithForeigners(table),
        8 => WithOtherHook(table, random),
        9 when table.Counters.Count > 0 => WithoutCounter(table, table.Counters.ElementAt(random.Next(table.Counters.Count))),
        _ => table with { Counters = table.Counters.Add("foreign") },
    };

    private static Chain Chain(Ruleset table, Random random) => table.Chains.Count == 0 ? new("foreign", null, []) : table.Chains.Values.ElementAt(random.Next(table.Chains.Count));

    private static NamedSet Set(Ruleset table, Random random) => table.Sets.Values.ElementAt(random.Next(table.Sets.Count));

    private static Ruleset WithRules(Ruleset table, Chain chain, EquatableArray<ChainRule> rules) => table with { Chains = table.Chains.SetItem(chain.Name, chain with { Rules = rules.Where(rule => !rule.Expressions.Any(step => step is Decide { Verdict.Chain: { } to } && to == chain.Name)).ToEquatableArray() }) };

    private static Ruleset WithoutChain(Ruleset table, string name) => Filtered(table, step => step is Decide decide && decide.Verdict.Chain == name, value => value is VerdictValue to && to.Verdict.Chain == name) is var rest
        ? rest with { Chains = rest.Chains.Remove(name) }
        : table;

    private static Ruleset WithoutSet(Ruleset table, string name) => Filtered(table, step => step is LookupSet set && set.Set == name || step is LookupVerdict map && map.Map == name || step is CountByMap count && count.Map == name, _ => false) is var rest
        ? rest with { Sets = rest.Sets.Remove(name) }
        : table;

    private static Ruleset WithoutCounter(Ruleset table, string name) => Filtered(table, step => step is Count count && count.Counter == name, value => value is CounterValue counter && counter.Counter == name) is var rest
        ? rest with { Counters = rest.Counters.Remove(name) }
        : table;

    private static Ruleset Filtered(Ruleset table, Func<Expression, bool> step, Func<ElementValue?, bool> value) => table with
    {
        Chains = table.Chains.Values.Select(chain => chain with { Rules = chain.Rules.Where(rule => !rule.Expressions.Any(step)).ToEquatableArray() }).ToImmutableSortedDictionary(chain => chain.Name, chain => chain, StringComparer.Ordinal),
        Sets = table.Sets.Values.Select(set => Rebuilt(set, set.Schema, i => !value(set.Elements.Value(i)))).ToImmutableSortedDictionary(set => set.Schema.Name, set => set, StringComparer.Ordinal),
    };

    private static Ruleset WithElements(Ruleset table, NamedSet set, Random random) =>
        table with { Sets = table.Sets.SetItem(set.Schema.Name, Rebuilt(set, set.Schema, _ => random.Next(2) == 0)) };

    private static Ruleset WithOtherSchema(Ruleset table, NamedSet set)
    {
        var schema = set.Schema.Key.Count > 1 || (set.Schema.Intervals && Enumerable.Range(0, set.Elements.Count).Any(i => !set.Elements.Key(i).SequenceEqual(set.Elements.LastKey(i))))
            ? set.Schema with { Size = set.Schema.Size + 4_096 }
            : set.Schema with { Intervals = !set.Schema.Intervals, Size = set.Schema.Intervals ? 4_096u : 0 };
        return table with { Sets = table.Sets.SetItem(set.Schema.Name, Rebuilt(set, schema, _ => true)) };
    }

    private static Ruleset WithForeigners(Ruleset table)
    {
        var chain = new Chain("foreign-chain", null, [new([new Decide(ChainVerdict.Accept)])]);
        var hook = new Chain("foreign-hook", new(Hook.Forward, 7), [new([new Decide(ChainVerdict.Goto(chain.Name))], "not ours")]);
        var set = new SetSchema("foreign-set", SetKind.Set, [KeyField.Ipv4Address]) { Size = 16 };
        return table with
        {
            Chains = table.Chains.SetItem(chain.Name, chain).SetItem(hook.Name, hook),
            Sets = table.Sets.SetItem(set.Name, new(set, ElementTable.Empty(set))),
        };
    }

    private static Ruleset WithOtherHook(Ruleset table, Random random)
    {
        var bases = table.Chains.Values.Where(chain => chain.Hook is not null).ToList();
        if (bases.Count == 0)
            return table;
        var chain = bases[random.Next(bases.Count)];
        var hook = random.Next(3) switch { 0 => null, 1 => chain.Hook! with { Priority = 10 }, _ => chain.Hook! with { DropsRest = true } };
        return table with { Chains = table.Chains.SetItem(chain.Name, chain with { Hook = hook }) };
    }

    private static NamedSet Rebuilt(NamedSet set, SetSchema schema, Func<int, bool> keep)
    {
        var elements = new ElementTable.Builder(schema);
        for (var i = 0; i < set.Elements.Count; i++)
        {
            if (keep(i))
                elements.Add(set.Elements.Key(i), set.Elements.LastKey(i), set.Elements.Value(i));
        }

        return new(schema, elements.Build());
    }
}
