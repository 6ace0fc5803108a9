using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>What differs between two tables, part by part.</summary>
internal sealed class TableChanges
{
    /// <summary>
    /// Exact sets of more elements change in place also where rules change at the same time: a second one beside each would take the kernel
    /// more memory and time than the one packet in a hundred such changes is worth that is just between two lookups.
    /// </summary>
    private const int MostSwapped = 200_000;

    public TableChanges(Ruleset actual, Ruleset desired)
    {
        (Actual, Desired) = (actual, desired);
        AddedCounters = [.. desired.Counters.Except(actual.Counters)];
        RemovedCounters = [.. actual.Counters.Except(desired.Counters)];
        AddedSets = [.. desired.Sets.Values.Where(set => !Same(actual, set.Schema))];
        RemovedSets = [.. actual.Sets.Values.Where(set => !Same(desired, set.Schema))];
        ReplacedSets = AddedSets.Select(set => set.Schema.Name).Where(actual.Sets.ContainsKey).ToHashSet(StringComparer.Ordinal);
        AddedChains = [.. desired.Chains.Values.Where(chain => !Same(actual, chain))];
        RemovedChains = [.. actual.Chains.Values.Where(chain => !Same(desired, chain))];
        RewrittenChains = [.. desired.Chains.Values.Where(chain => Same(actual, chain) && !RulesStay(chain))];
        RepoliciedChains = [.. desired.Chains.Values.Where(chain => Same(actual, chain) && actual.Chains[chain.Name].Hook != chain.Hook)];
        Elements = [.. desired.Sets.Values.Where(set => Same(actual, set.Schema))
            .Select(set => (set.Schema, Changes: ElementChanges.Between(set.Schema, actual.Sets[set.Schema.Name].Elements, set.Elements)))
            .Where(each => each.Changes.Removed.Count + each.Changes.Added.Count > 0)];
        SwappedSets = Swapped();
    }

    public Ruleset Actual { get; }

    public Ruleset Desired { get; }

    public IReadOnlyList<string> AddedCounters { get; }

    public IReadOnlyList<string> RemovedCounters { get; }

    /// <summary>Sets that are missing, or of another schema.</summary>
    public IReadOnlyList<NamedSet> AddedSets { get; }

    /// <summary>Sets that are not wanted, or of another schema.</summary>
    public IReadOnlyList<NamedSet> RemovedSets { get; }

    /// <summary>Sets that stay but whose elements change.</summary>
    public IReadOnlyList<(SetSchema Schema, ElementChanges Changes)> Elements { get; }

    /// <summary>Chains that are missing, or hang elsewhere.</summary>
    public IReadOnlyList<Chain> AddedChains { get; }

    /// <summary>Chains that are not wanted, or hang elsewhere.</summary>
    public IReadOnlyList<Chain> RemovedChains { get; }

    /// <summary>Chains that stay but whose rules change, or whose rules name what is deleted and made anew.</summary>
    public IReadOnlyList<Chain> RewrittenChains { get; }

    /// <summary>Base chains that stay but whose policy changes: others did that.</summary>
    public IReadOnlyList<Chain> RepoliciedChains { get; }

    /// <summary>Names of sets that are deleted and made anew.</summary>
    public IReadOnlySet<string> ReplacedSets { get; }

    /// <summary>Names of sets that another one must replace; a swap changes none of them in place.</summary>
    public IReadOnlySet<string> SwappedSets { get; }

    /// <summary>Whether rules that packets come to change.</summary>
    public bool ChangesRules => RewrittenChains.Any(static chain => chain.Name != Ruleset.StampChain);

    /// <summary>Whether a name is free for what is wanted only after what bears it is deleted: something that no compiler made.</summary>
    public bool ReplacesAnything => ReplacedSets.Count > 0 || RemovedChains.Any(IsReplaced);

    /// <summary>Whether a chain that goes makes place for one of the same name.</summary>
    public bool IsReplaced(Chain removed) => Desired.Chains.ContainsKey(removed.Name);

    private HashSet<string> Swapped()
    {
        var changesRules = ChangesRules;
        var isAlone = Elements.Count == 1 && AddedSets.Count + RemovedSets.Count + AddedChains.Count + RemovedChains.Count == 0 && !changesRules;
        var remade = AddedSets.Select(static set => set.Schema).Where(schema => schema.Intervals && ReplacedSets.Contains(schema.Name));
        var changed = Elements.Select(static each => each.Schema)
            .Where(schema => schema.Intervals ? !isAlone : changesRules && Desired.Sets[schema.Name].Elements.Count <= MostSwapped);
        return remade.Concat(changed).Select(static schema => schema.Name).ToHashSet(StringComparer.Ordinal);
    }

    private bool RulesStay(Chain chain) =>
        chain.Rules == Actual.Chains[chain.Name].Rules
        && (ReplacedSets.Count == 0 || !chain.Rules.Any(rule => rule.Expressions.Any(expression => SetOf(expression) is { } set && ReplacedSets.Contains(set))));

    private static string? SetOf(Expression expression) => expression switch
    {
        LookupSet lookup => lookup.Set,
        LookupVerdict lookup => lookup.Map,
        CountByMap count => count.Map,
        _ => null,
    };

    private static bool Same(Ruleset ruleset, SetSchema schema) => ruleset.Sets.TryGetValue(schema.Name, out var set) && set.Schema == schema;

    private static bool Same(Ruleset ruleset, Chain chain) => ruleset.Chains.TryGetValue(chain.Name, out var other) && IsSamePlace(other.Hook, chain.Hook);

    private static bool IsSamePlace(BaseHook? a, BaseHook? b) => (a?.Hook, a?.Priority) == (b?.Hook, b?.Priority);
}
