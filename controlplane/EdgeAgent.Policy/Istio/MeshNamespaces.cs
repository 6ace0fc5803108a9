using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>Workloads by namespace, as the derived rules name them. The addresses of a network set are nobody that Istio knows.</summary>
internal static class MeshNamespaces
{
    private const string NameLabel = "kubernetes.io/metadata.name";

    /// <summary>Endpoints of any namespace with some labels.</summary>
    public static EndpointMatch Any(Selector selector) => new() { NamespaceSelector = Selector.All, Selector = selector, WorkloadsOnly = true };

    /// <summary>Endpoints of these namespaces with some labels; null namespaces are all.</summary>
    public static EndpointMatch Of(EquatableArray<string>? namespaces, Selector selector) => namespaces switch
    {
        null => Any(selector),
        { Count: 1 } one => new() { Namespace = one[0], Selector = selector, WorkloadsOnly = true },
        { } several => new() { NamespaceSelector = Selector.In(NameLabel, several), Selector = selector, WorkloadsOnly = true },
    };

    /// <summary>Workloads of all namespaces but these with some labels.</summary>
    public static EndpointMatch AllBut(IReadOnlyCollection<string> namespaces, Selector selector) =>
        namespaces.Count == 0 ? Any(selector) : new() { NamespaceSelector = Selector.NotIn(NameLabel, namespaces), Selector = selector, WorkloadsOnly = true };

    /// <summary>What these matches see of a namespace.</summary>
    public static LabelSet LabelsOf(string name) => LabelSet.Of((NameLabel, name));

    /// <summary>Endpoints of the namespaces whose names match one of the patterns (exact, <c>a*</c>, <c>*a</c>, <c>*</c>).</summary>
    public static EndpointMatch Matching(IEnumerable<string> patterns) => new() { NamespaceSelector = Selector.Or([.. patterns.Select(Pattern)]), WorkloadsOnly = true };

    private static Selector Pattern(string pattern) =>
        pattern == "*" ? Selector.Has(NameLabel)
        : pattern.StartsWith('*') ? Selector.EndsWith(NameLabel, pattern[1..])
        : pattern.EndsWith('*') ? Selector.StartsWith(NameLabel, pattern[..^1])
        : Selector.Equal(NameLabel, pattern);
}
