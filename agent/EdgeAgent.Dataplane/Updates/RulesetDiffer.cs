using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Finds the smallest way from what the kernel holds to what it should hold: elements one by one, rules by whole chains,
/// base chains never deleted. What it plans is safe for packets at every moment: one transaction, or, where interval sets are new,
/// one that fills them unreferenced before the one that refers to them (the kernel shows them later than the rules of the same transaction).
/// </summary>
public static class RulesetDiffer
{
    private const string SwapSuffix = ".swap";

    /// <summary>The plan.</summary>
    /// <param name="actual">What the kernel holds, in whatever state; null where there is no table.</param>
    /// <param name="desired">What it should hold.</param>
    /// <param name="owned">Whether a table that has to be made belongs to the socket that makes it.</param>
    public static UpdatePlan Plan(Ruleset? actual, Ruleset desired, bool owned = false)
    {
        var changes = new TableChanges(actual ?? Ruleset.Empty, desired);
        var replacedIntervals = changes.AddedSets.Where(set => set.Schema.Intervals && changes.ReplacedSets.Contains(set.Schema.Name)).Select(set => set.Schema.Name).ToHashSet(StringComparer.Ordinal);
        if (replacedIntervals.Count > 0)
        {
            // A name cannot be filled before it is free, so its content serves under another name meanwhile.
            var between = WithSwapNames(desired, replacedIntervals);
            return new([.. Plan(actual, between, owned).Transactions, .. Plan(between, desired, owned).Transactions]);
        }

        var early = changes.AddedSets.Where(set => set.Schema.Intervals).ToList();
        IEnumerable<Operation> table = actual is null ? [new CreateTable(owned)] : [];
        IEnumerable<Operation> begin = [.. table, .. changes.AddedCounters.Select(counter => new CreateCounter(counter))];
        IEnumerable<Operation> main = Main(changes, changes.AddedSets.Where(set => !set.Schema.Intervals).ToList());
        EquatableArray<Operation>[] transactions = early.Count == 0
            ? [[.. begin, .. main]]
            : [[.. begin, .. early.Select(set => new CreateSet(set.Schema)), .. early.SelectMany(Filled)], [.. main]];
        return new([.. transactions.Where(operations => !operations.IsEmpty).Select(operations => new Transaction(operations))]);
    }

    private static List<Operation> Main(TableChanges changes, IReadOnlyList<NamedSet> addedSets)
    {
        var operations = new List<Operation>();
        var elements = changes.KeptSets.Select(set => (set.Schema, Changes: ElementChanges.Between(set.Schema, changes.Actual.Sets[set.Schema.Name].Elements, set.Elements))).ToList();
        var replacedChains = changes.AddedChains.Select(chain => chain.Name).Where(changes.Actual.Chains.ContainsKey).ToHashSet(StringComparer.Ordinal);

        foreach (var name in changes.RewrittenChains.Concat(changes.RemovedChains).Select(chain => chain.Name).Distinct(StringComparer.Ordinal))
        {
            if (!changes.Actual.Chains[name].Rules.IsEmpty)
                operations.Add(new FlushChain(name));
        }

        foreach (var (schema, change) in elements.Where(each => each.Changes.Removed.Count > 0))
            operations.Add(new DeleteElements(schema, change.Removed));
        operations.AddRange(changes.RemovedSets.Where(IsReplaced).Select(set => new DeleteSet(set.Schema.Name)));
        operations.AddRange(replacedChains.Order(StringComparer.Ordinal).Select(name => new DeleteChain(name)));

        operations.AddRange(addedSets.Select(set => new CreateSet(set.Schema)));
        operations.AddRange(changes.AddedChains.Select(chain => new CreateChain(chain.Name, chain.Hook)));
        foreach (var (schema, change) in elements.Where(each => each.Changes.Added.Count > 0))
            operations.Add(new AddElements(schema, change.Added));
        operations.AddRange(addedSets.SelectMany(Filled));
        foreach (var chain in changes.AddedChains.Concat(changes.RewrittenChains))
            operations.AddRange(chain.Rules.Select(rule => new AppendRule(chain.Name, rule)));

        operations.AddRange(changes.RemovedSets.Where(set => !IsReplaced(set)).Select(set => new DeleteSet(set.Schema.Name)));
        operations.AddRange(changes.RemovedChains.Where(chain => !replacedChains.Contains(chain.Name)).Select(chain => new DeleteChain(chain.Name)));
        operations.AddRange(changes.RemovedCounters.Select(counter => new DeleteCounter(counter)));
        return operations;

        bool IsReplaced(NamedSet set) => changes.ReplacedSets.Contains(set.Schema.Name);
    }

    private static IEnumerable<Operation> Filled(NamedSet set) => set.Elements.Count == 0 ? [] : [new AddElements(set.Schema, set.Elements)];

    private static Ruleset WithSwapNames(Ruleset ruleset, HashSet<string> sets) => ruleset with
    {
        Sets = ruleset.Sets.Values
            .Select(set => set with { Schema = set.Schema with { Name = Swapped(set.Schema.Name, sets) } })
            .ToImmutableSortedDictionary(set => set.Schema.Name, set => set, StringComparer.Ordinal),
        Chains = ruleset.Chains.Values
            .Select(chain => chain with { Rules = chain.Rules.Select(rule => rule with { Expressions = rule.Expressions.Select(step => Swapped(step, sets)).ToEquatableArray() }).ToEquatableArray() })
            .ToImmutableSortedDictionary(chain => chain.Name, chain => chain, StringComparer.Ordinal),
    };

    private static Expression Swapped(Expression step, HashSet<string> sets) => step switch
    {
        LookupSet lookup => lookup with { Set = Swapped(lookup.Set, sets) },
        LookupVerdict lookup => lookup with { Map = Swapped(lookup.Map, sets) },
        CountByMap count => count with { Map = Swapped(count.Map, sets) },
        _ => step,
    };

    private static string Swapped(string name, HashSet<string> sets) => sets.Contains(name) ? name + SwapSuffix : name;
}
