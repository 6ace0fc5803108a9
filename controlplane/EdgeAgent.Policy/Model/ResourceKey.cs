namespace EdgeAgent.Policy;

/// <summary>The name of a resource; no two resources of one state share it.</summary>
/// <param name="Kind">
/// The kind as its users write it, such as <c>NetworkPolicy</c>. Where two API groups share a kind, all but the Kubernetes one are
/// qualified by their group, as in <c>NetworkPolicy.projectcalico.org</c>.
/// </param>
/// <param name="Namespace">The namespace, or empty for a resource outside all namespaces.</param>
/// <param name="Name">The name.</param>
public readonly record struct ResourceKey(string Kind, string Namespace, string Name) : IComparable<ResourceKey>
{
    /// <summary><c>namespace/name</c>, or the name alone.</summary>
    public string QualifiedName => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";

    /// <summary>By namespace, name, kind, each by ordinal.</summary>
    public int CompareTo(ResourceKey other)
    {
        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        if (byNamespace != 0)
            return byNamespace;
        var byName = string.CompareOrdinal(Name, other.Name);
        return byName != 0 ? byName : string.CompareOrdinal(Kind, other.Kind);
    }

    /// <summary><c>Kind namespace/name</c>.</summary>
    public override string ToString() => $"{Kind} {QualifiedName}";
}
