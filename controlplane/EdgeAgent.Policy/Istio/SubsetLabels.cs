using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>A service's subset as some clients know it.</summary>
/// <param name="Clients">The clients.</param>
/// <param name="Labels">The labels of the subset's endpoints.</param>
internal sealed record SubsetLabels(ClientScope Clients, LabelSet Labels);

/// <summary>
/// Looks subsets up as Istio does: in the client's namespace, then in the service's, then in the root namespace. The first that has a
/// rule for the service is the only one that counts, and there a rule for that very name comes before one for many.
/// </summary>
internal sealed class SubsetLookup(MeshService service, string name, IReadOnlyList<DestinationRuleResource> about, string rootNamespace)
{
    /// <summary>The subset for each client that knows it.</summary>
    public EquatableArray<SubsetLabels> All()
    {
        // Only a namespace that a rule is in or is exported to can know another subset than the rest.
        var rest = Labels("");
        var special = about.Select(rule => rule.Key.Namespace).Concat(about.SelectMany(rule => Visibility.Namespaces(rule.ExportTo, rule.Key.Namespace)?.Items ?? []))
            .Distinct().Order(StringComparer.Ordinal).Select(place => (Place: place, Labels: Labels(place))).Where(pair => !Equals(pair.Labels, rest)).ToList();
        var own = special.Where(pair => pair.Labels is not null)
            .GroupBy(pair => pair.Labels!, pair => pair.Place).Select(group => new SubsetLabels(new(group.ToEquatableArray(), false), group.Key));
        return (rest is null ? own : own.Prepend(new(new(special.Select(pair => pair.Place).ToEquatableArray(), true), rest))).ToEquatableArray();
    }

    /// <summary>The labels that clients of a namespace know; the empty name stands for one that no rule speaks of.</summary>
    private LabelSet? Labels(string client)
    {
        foreach (var place in new[] { client, service.Namespace, rootNamespace })
        {
            var there = about.Where(rule => rule.Key.Namespace == place && (place == client || Visibility.Includes(rule.ExportTo, place, client))).ToList();
            if (there.Count == 0)
                continue;
            var closest = there.Max(Closeness);
            foreach (var subset in there.Where(rule => Closeness(rule) == closest).SelectMany(rule => rule.Subsets))
            {
                if (subset.Name == name)
                    return subset.Labels;
            }

            return null;
        }

        return null;
    }

    private static int Closeness(DestinationRuleResource rule) => rule.Host.StartsWith('*') ? rule.Host.Length : int.MaxValue;
}
