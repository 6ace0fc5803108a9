using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>What the kernel holds of ours, with what it is called there.</summary>
/// <param name="Content">What is ours; null where there is nothing.</param>
/// <param name="Generations">
/// For each set of the content its name in the kernel: the set's own with the generation behind it, so that a set can be filled anew
/// beside the one in use.
/// </param>
/// <param name="Leftovers">Sets with our prefix that no rule looks at, by their names in the kernel.</param>
/// <param name="HasStampSet">Whether the set that holds the stamp is there.</param>
/// <param name="IsTampered">Whether others put something among it that the content has no words for; all is then written anew.</param>
public sealed record XTablesHeld(
    XTablesRuleset? Content,
    ImmutableSortedDictionary<string, string> Generations,
    EquatableArray<string> Leftovers,
    bool HasStampSet,
    bool IsTampered)
{
    /// <summary>Nothing.</summary>
    public static XTablesHeld Nothing { get; } = new(null, ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), [], false, false);

    /// <summary>Puts together what was read of the kernel.</summary>
    /// <param name="sets">All sets with our prefix but the stamp's, by their names in the kernel.</param>
    /// <param name="v4">Our IPv4 chains, looking at sets by their names in the kernel.</param>
    /// <param name="v6">Our IPv6 chains, the same.</param>
    /// <param name="hasStampSet">Whether the stamp's set is there.</param>
    /// <param name="stamp">The stamp; null for none that can be read.</param>
    /// <param name="isTampered">Whether something was found that the model has no words for.</param>
    public static XTablesHeld Of(IReadOnlyDictionary<string, NamedSet> sets, FilterTable v4, FilterTable v6, bool hasStampSet, Stamp? stamp, bool isTampered)
    {
        var lookedAt = v4.Sets().Concat(v6.Sets()).ToHashSet(StringComparer.Ordinal);
        var generations = Nothing.Generations;
        var known = XTablesRuleset.Empty.Sets.ToBuilder();
        foreach (var name in lookedAt)
        {
            if (XTablesDiffer.WithoutGeneration(name) is not { } set || !sets.TryGetValue(name, out var found) || generations.ContainsKey(set))
            {
                isTampered = true;
                continue;
            }

            generations = generations.Add(set, name);
            known.Add(set, found with { Schema = found.Schema with { Name = set } });
        }

        var leftovers = sets.Keys.Where(name => !lookedAt.Contains(name)).Order(StringComparer.Ordinal).ToEquatableArray();
        var content = v4.IsEmpty && v6.IsEmpty ? null : new XTablesRuleset
        {
            Stamp = stamp,
            Sets = known.ToImmutable(),
            V4 = v4.WithSets(Set),
            V6 = v6.WithSets(Set),
        };
        return new(content, generations, leftovers, hasStampSet, isTampered);

        static string Set(string name) => XTablesDiffer.WithoutGeneration(name) ?? name;
    }
}
