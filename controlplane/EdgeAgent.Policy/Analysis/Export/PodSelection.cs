using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Pods of a namespace that are selected together.</summary>
/// <param name="Labels">By which labels; null for one that they lack.</param>
/// <param name="Pods">The pods.</param>
/// <param name="Grants">What all of them may do.</param>
/// <param name="Odd">One that hosts treat otherwise than those before it; null where they treat all alike.</param>
internal sealed record PodSelection(
    ImmutableArray<KeyValuePair<string, string?>> Labels,
    ImmutableArray<Endpoint> Pods,
    ImmutableDictionary<HostPart, TrafficSet> Grants,
    Endpoint? Odd)
{
    /// <summary>Whether each of the pods may do just that.</summary>
    public bool AreAlike => Odd is null;

    /// <summary>Selects the pods of a namespace: all together where hosts treat them alike, else by the labels that policies speak of and in which they differ.</summary>
    public static IEnumerable<PodSelection> Of(ImmutableArray<Endpoint> pods, Func<Endpoint, ImmutableDictionary<HostPart, TrafficSet>> grants, Vocabulary vocabulary)
    {
        var known = pods.Select(pod => (Pod: pod, Grants: grants(pod))).ToList();
        if (Join([], known) is { AreAlike: true } all)
            return [all];
        var keys = vocabulary.Labels.Keys
            .Where(key => pods.Select(pod => Value(pod, key)).Distinct().Skip(1).Any())
            .Order(StringComparer.Ordinal)
            .ToList();
        return known
            .GroupBy(item => keys.Select(key => KeyValuePair.Create(key, Value(item.Pod, key))).ToEquatableArray())
            .Select(alike => Join(alike.Key.Items, [.. alike]));
    }

    private static string? Value(Endpoint pod, string key) => pod.Resource.Labels.TryGetValue(key, out var value) ? value : null;

    private static PodSelection Join(ImmutableArray<KeyValuePair<string, string?>> labels, List<(Endpoint Pod, ImmutableDictionary<HostPart, TrafficSet> Grants)> pods)
    {
        var (joined, odd) = (pods[0].Grants, (Endpoint?)null);
        foreach (var (pod, grants) in pods)
        {
            if (grants.Any(pair => joined.TryGetValue(pair.Key, out var allowed) && !allowed.Equals(pair.Value)))
                odd ??= pod;
            joined = Intersect(joined, grants);
        }

        return new(labels, [.. pods.Select(item => item.Pod)], joined, odd);
    }

    /// <summary>A pod without an address of a family has no flows there, so it restricts nothing.</summary>
    private static ImmutableDictionary<HostPart, TrafficSet> Intersect(ImmutableDictionary<HostPart, TrafficSet> left, ImmutableDictionary<HostPart, TrafficSet> right) =>
        right.Aggregate(left, (all, pair) => all.SetItem(pair.Key, all.TryGetValue(pair.Key, out var allowed) ? allowed.Intersect(pair.Value) : pair.Value));
}
