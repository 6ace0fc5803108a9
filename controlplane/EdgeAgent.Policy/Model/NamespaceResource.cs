namespace EdgeAgent.Policy;

/// <summary>A namespace. A namespace that no resource declares exists as well, with no labels but its own names.</summary>
public sealed record NamespaceResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The kind of namespaces in keys.</summary>
    public const string Kind = "Namespace";

    /// <summary>The labels as declared; the engine adds <c>kubernetes.io/metadata.name</c> and <c>projectcalico.org/name</c>.</summary>
    public LabelSet Labels { get; init; } = LabelSet.Empty;

    /// <summary>Whether every endpoint of the namespace denies ingress that nothing grants (the annotation <c>net.beta.kubernetes.io/network-policy</c>).</summary>
    public bool IsolatesIngress { get; init; }

    /// <summary>Where flows from and to the namespace's endpoints are enforced.</summary>
    public BookendPlacement Bookend { get; init; } = BookendPlacement.Both;

    /// <summary>What it says of the mesh that its hosts belong to.</summary>
    public MeshSettings Mesh { get; init; }
}

/// <summary>The ends of a flow that enforce its verdict.</summary>
public enum BookendPlacement : byte
{
    /// <summary>Both hosts enforce the whole verdict.</summary>
    Both = 1,

    /// <summary>Source hosts of the namespace enforce their own egress alone; the destination enforces the whole verdict.</summary>
    Destination = 2,
}
