using System.Collections.Immutable;

namespace EdgeAgent.Policy;

/// <summary>The labels and port names that policies speak of, with the number of mentions: hosts that differ in others alone are alike.</summary>
internal sealed record Vocabulary(ImmutableDictionary<string, int> Labels, ImmutableDictionary<string, int> PortNames)
{
    public static Vocabulary Empty { get; } = new(
        ImmutableDictionary.Create<string, int>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, int>(StringComparer.Ordinal));

    /// <summary>The vocabulary with a policy's words counted so many times more.</summary>
    public Vocabulary With(PolicyResource policy, int times) => new(
        Count(Labels, LabelsOf(policy), times),
        Count(PortNames, PortNamesOf(policy), times));

    /// <summary>The words that one of the two has and the other lacks, of those that a policy mentions.</summary>
    public static void Changed(Vocabulary before, Vocabulary after, PolicyResource policy, HashSet<string> labels, HashSet<string> portNames)
    {
        labels.UnionWith(LabelsOf(policy).Where(word => before.Labels.ContainsKey(word) != after.Labels.ContainsKey(word)));
        portNames.UnionWith(PortNamesOf(policy).Where(word => before.PortNames.ContainsKey(word) != after.PortNames.ContainsKey(word)));
    }

    private static ImmutableDictionary<string, int> Count(ImmutableDictionary<string, int> words, IEnumerable<string> mentioned, int times)
    {
        foreach (var word in mentioned)
        {
            var count = words.GetValueOrDefault(word) + times;
            words = count == 0 ? words.Remove(word) : words.SetItem(word, count);
        }

        return words;
    }

    private static IEnumerable<string> LabelsOf(PolicyResource policy) =>
        from side in PolicyMatches.Sides(policy)
        from match in PolicyMatches.Of(side)
        from endpoints in new[] { match.Endpoints, match.NotEndpoints }
        where endpoints is not null
        from label in endpoints.Selector.Labels
        select label;

    private static IEnumerable<string> PortNamesOf(PolicyResource policy) =>
        from side in PolicyMatches.Sides(policy)
        from rule in side.Rules.Items
        from traffic in rule.Traffic ?? []
        from name in PolicyMatches.PortNames(traffic)
        select name;
}
