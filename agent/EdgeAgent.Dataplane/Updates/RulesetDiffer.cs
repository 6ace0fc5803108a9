using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Finds the smallest way from what the kernel holds to what it should hold: elements one by one, rules by whole chains,
/// base chains never deleted. What it plans is safe for packets at every moment. A packet that is between two rules when a transaction comes
/// into force goes on with the old rules but looks into the new sets, and the kernel shows changed interval sets later than all else. Therefore
/// what is new is made and filled before anything refers to it, what is no longer needed goes after nothing does, a set changes in place only if no
/// rule changes, and an interval set only if nothing else changes; else it is replaced by another one. Where several sets change, elements come
/// before others go, so that who moves from one to another is in one of them at least. Much new content is loaded in portions before it is used.
/// </summary>
public static class RulesetDiffer
{
    private const string SwapSuffix = ".swap";

    /// <summary>
    /// More new elements than these are loaded in several transactions before anything refers to them: the messages of one lie in memory
    /// all at once, and the kernel does nothing else for others' tables meanwhile.
    /// </summary>
    private const int ElementsAtOnce = 200_000;

    /// <summary>The plan.</summary>
    /// <param name="actual">What the kernel holds, in whatever state; null where there is no table.</param>
    /// <param name="desired">What it should hold.</param>
    /// <param name="owned">Whether a table that has to be made belongs to the socket that makes it.</param>
    public static UpdatePlan Plan(Ruleset? actual, Ruleset desired, bool owned = false)
    {
        var changes = new TableChanges(actual ?? Ruleset.Empty, desired);
        if (changes.SwappedSets is { Count: > 0 } swapped)
        {
            // A name cannot be filled before it is free, so its content serves under another name meanwhile.
            var between = WithSwapNames(desired, swapped);
            return new([.. Plan(actual, between, owned).Transactions, .. Plan(between, desired, owned).Transactions]);
        }

        IEnumerable<Operation> table = actual is null ? [new CreateTable(owned)] : [];
        IEnumerable<Operation> begin = [.. table, .. changes.AddedCounters.Select(counter => new CreateCounter(counter))];
        // Where nothing is enforced yet, or damage is repaired, one transaction less is worth more than what is between two rules.
        if (actual is null || changes.ReplacesAnything)
            return InPlace(begin, changes);
        var made = Portions([.. begin, .. Made(changes.AddedSets, [.. changes.AddedChains.Where(static chain => chain.Hook is null)])]);
        List<Operation> hooked = [.. Made([], [.. changes.AddedChains.Where(static chain => chain.Hook is not null)])];
        IEnumerable<IEnumerable<Operation>> switched = changes.Elements.Count > 1 && !changes.ChangesRules
            ? [Come(changes, hooked), Gone(changes)]
            : [Switched(changes, hooked)];
        return Planned([.. made, .. switched, Removed(changes)]);
    }

    /// <summary>
    /// The plan that replaces a table, whatever is in it. It is one transaction whatever that costs: between two there would be no rules,
    /// and what is denied would pass. New interval sets may miss a new connection meanwhile, which fails closed.
    /// </summary>
    /// <param name="desired">What the kernel should hold.</param>
    /// <param name="owned">Whether the table belongs to the socket that makes it.</param>
    public static UpdatePlan Replacement(Ruleset desired, bool owned = false) =>
        new([new Transaction([new DeleteTable(), .. Plan(null, desired, owned).Transactions.Items.SelectMany(static transaction => transaction.Operations)])]);

    private static UpdatePlan InPlace(IEnumerable<Operation> begin, TableChanges changes)
    {
        var isMuch = changes.AddedSets.Sum(static set => (long)set.Elements.Count) > ElementsAtOnce;
        var early = changes.AddedSets.Where(set => set.Schema.Intervals || (isMuch && set.Schema.Kind != SetKind.VerdictMap && !IsReplaced(set))).ToList();
        var late = changes.AddedSets.Except(early).ToList();
        List<Operation> replaced = [.. changes.RemovedSets.Where(IsReplaced).Select(set => new DeleteSet(set.Schema.Name)), .. changes.RemovedChains.Where(changes.IsReplaced).Select(chain => new DeleteChain(chain.Name))];
        List<Operation> main = [.. Flushed(changes, changes.RemovedChains), .. Switched(changes, [.. replaced, .. Made(late, changes.AddedChains)]), .. Removed(changes)];
        return early.Count == 0 ? Planned([.. begin, .. main]) : Planned([.. Portions([.. begin, .. Made(early, [])]), main]);

        bool IsReplaced(NamedSet set) => changes.ReplacedSets.Contains(set.Schema.Name);
    }

    private static UpdatePlan Planned(params IEnumerable<IEnumerable<Operation>> transactions) =>
        new([.. transactions.Select(operations => new Transaction([.. operations])).Where(transaction => !transaction.Operations.IsEmpty)]);

    /// <summary>Cuts operations, whose effect nothing refers to yet, so that each portion adds a bounded number of elements.</summary>
    private static List<IEnumerable<Operation>> Portions(IReadOnlyList<Operation> operations)
    {
        var portions = new List<IEnumerable<Operation>>();
        var portion = new List<Operation>();
        var room = ElementsAtOnce;
        foreach (var operation in operations)
        {
            if (operation is not AddElements { Schema: var schema, Elements: var elements })
            {
                portion.Add(operation);
                continue;
            }

            for (var start = 0; start < elements.Count;)
            {
                var count = Math.Min(elements.Count - start, room);
                portion.Add(count == elements.Count ? operation : new AddElements(schema, elements.Slice(start, count)));
                start += count;
                room -= count;
                if (room > 0)
                    continue;
                portions.Add(portion);
                portion = [];
                room = ElementsAtOnce;
            }
        }

        return [.. portions, portion];
    }

    // Sets before chains that look into them, chains before the elements that lead to them.
    private static IEnumerable<Operation> Made(IReadOnlyList<NamedSet> sets, IReadOnlyList<Chain> chains) =>
    [
        .. sets.Select(set => new CreateSet(set.Schema)),
        .. chains.Select(chain => new CreateChain(chain.Name, chain.Hook)),
        .. sets.Where(set => set.Elements.Count > 0).Select(set => new AddElements(set.Schema, set.Elements)),
        .. chains.SelectMany(Rules),
    ];

    private static IEnumerable<Operation> Switched(TableChanges changes, IEnumerable<Operation> made) =>
    [
        .. Repolicied(changes),
        .. Flushed(changes, changes.RewrittenChains),
        .. Deleted(changes, static each => each.Changes.Removed),
        .. made,
        .. Added(changes),
        .. changes.RewrittenChains.SelectMany(Rules),
    ];

    // What takes another one's place is there at once instead of it.
    private static IEnumerable<Operation> Come(TableChanges changes, IEnumerable<Operation> made) =>
    [
        .. Repolicied(changes),
        .. Deleted(changes, static each => each.Changes.RemovedOf(each.Schema, isReplaced: true)),
        .. made,
        .. Added(changes),
    ];

    private static IEnumerable<Operation> Gone(TableChanges changes) =>
    [
        .. Flushed(changes, changes.RewrittenChains),
        .. Deleted(changes, static each => each.Changes.RemovedOf(each.Schema, isReplaced: false)),
        .. changes.RewrittenChains.SelectMany(Rules),
    ];

    private static IEnumerable<Operation> Repolicied(TableChanges changes) =>
        changes.RepoliciedChains.Select(chain => new SetChainPolicy(chain.Name, chain.Hook!.DropsRest));

    private static IEnumerable<Operation> Deleted(TableChanges changes, Func<(SetSchema Schema, ElementChanges Changes), ElementTable> gone) =>
        changes.Elements.Select(each => new DeleteElements(each.Schema, gone(each))).Where(static operation => operation.Elements.Count > 0);

    private static IEnumerable<Operation> Added(TableChanges changes) =>
        changes.Elements.Where(each => each.Changes.Added.Count > 0).Select(each => new AddElements(each.Schema, each.Changes.Added));

    private static IEnumerable<Operation> Removed(TableChanges changes)
    {
        var chains = changes.RemovedChains.Where(chain => !changes.IsReplaced(chain)).ToList();
        return
        [
            .. Flushed(changes, changes.ReplacesAnything ? [] : chains),
            .. changes.RemovedSets.Where(set => !changes.ReplacedSets.Contains(set.Schema.Name)).Select(set => new DeleteSet(set.Schema.Name)),
            .. chains.Select(chain => new DeleteChain(chain.Name)),
            .. changes.RemovedCounters.Select(counter => new DeleteCounter(counter)),
        ];
    }

    private static IEnumerable<Operation> Flushed(TableChanges changes, IReadOnlyList<Chain> chains) =>
        chains.Where(chain => !changes.Actual.Chains[chain.Name].Rules.IsEmpty).Select(chain => new FlushChain(chain.Name));

    private static IEnumerable<Operation> Rules(Chain chain) => chain.Rules.Select(rule => new AppendRule(chain.Name, rule));

    private static Ruleset WithSwapNames(Ruleset ruleset, IReadOnlySet<string> sets) => ruleset with
    {
        Sets = ruleset.Sets.Values
            .Select(set => set with { Schema = set.Schema with { Name = Swapped(set.Schema.Name, sets) } })
            .ToImmutableSortedDictionary(set => set.Schema.Name, set => set, StringComparer.Ordinal),
        Chains = ruleset.Chains.Values
            .Select(chain => chain with { Rules = chain.Rules.Select(rule => rule with { Expressions = rule.Expressions.Select(step => Swapped(step, sets)).ToEquatableArray() }).ToEquatableArray() })
            .ToImmutableSortedDictionary(chain => chain.Name, chain => chain, StringComparer.Ordinal),
    };

    private static Expression Swapped(Expression step, IReadOnlySet<string> sets) => step switch
    {
        LookupSet lookup => lookup with { Set = Swapped(lookup.Set, sets) },
        LookupVerdict lookup => lookup with { Map = Swapped(lookup.Map, sets) },
        CountByMap count => count with { Map = Swapped(count.Map, sets) },
        _ => step,
    };

    private static string Swapped(string name, IReadOnlySet<string> sets) => sets.Contains(name) ? name + SwapSuffix : name;
}
