using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>What differs between two tables, part by part.</summary>
internal sealed class TableChanges
{
    public TableChanges(Ruleset actual, Ruleset desired)
    {
        (Actual, Desired) = (actual, desired);
        AddedCounters = [.. desired.Counters.Except(actual.Counters)];
        RemovedCounters = [.. actual.Counters.Except(desired.Counters)];
        AddedSets = [.. desired.Sets.Values.Where(set => !Same(actual, set.Schema))];
        RemovedSets = [.. actual.Sets.Values.Where(set => !Same(desired, set.Schema))];
        KeptSets = [.. desired.Sets.Values.Where(set => Same(actual, set.Schema))];
        ReplacedSets = AddedSets.Select(set => set.Schema.Name).Where(actual.Sets.ContainsKey).ToHashSet(StringComparer.Ordinal);
        AddedChains = [.. desired.Chains.Values.Where(chain => !Same(actual, chain))];
        RemovedChains = [.. actual.Chains.Values.Where(chain => !Same(desired, chain))];
        RewrittenChains = [.. desired.Chains.Values.Where(chain => Same(actual, chain) && !RulesStay(chain))];
    }

    public Ruleset Actual { get; }

    public Ruleset Desired { get; }

    public IReadOnlyList<string> AddedCounters { get; }

    public IReadOnlyList<string> RemovedCounters { get; }

    /// <summary>Sets that are missing, or of another schema.</summary>
    public IReadOnlyList<NamedSet> AddedSets { get; }

    /// <summary>Sets that are not wanted, or of another schema.</summary>
    public IReadOnlyList<NamedSet> RemovedSets { get; }

    /// <summary>Wanted sets that are there; elements may differ.</summary>
    public IReadOnlyList<NamedSet> KeptSets { get; }

    /// <summary>Chains that are missing, or hang elsewhere.</summary>
    public IReadOnlyList<Chain> AddedChains { get; }

    /// <summary>Chains that are not wanted, or hang elsewhere.</summary>
    public IReadOnlyList<Chain> RemovedChains { get; }

    /// <summary>Chains that stay but whose rules change, or whose rules name what is deleted and made anew.</summary>
    public IReadOnlyList<Chain> RewrittenChains { get; }

    /// <summary>Names of sets that are deleted and made anew.</summary>
    public IReadOnlySet<string> ReplacedSets { get; }

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

    private static bool Same(Ruleset ruleset, Chain chain) => ruleset.Chains.TryGetValue(chain.Name, out var other) && other.Hook == chain.Hook;
}
