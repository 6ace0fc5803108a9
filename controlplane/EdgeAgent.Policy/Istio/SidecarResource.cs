using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>A Sidecar: which services some workloads may call.</summary>
public sealed record SidecarResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The kind in keys.</summary>
    public const string Kind = "Sidecar";

    /// <summary>Labels of the workloads of its namespace that it is about; null for all of them, and in the root namespace for all of the mesh.</summary>
    public LabelSet? WorkloadSelector { get; init; }

    /// <summary>The imported services.</summary>
    public EquatableArray<SidecarImport> Imports { get; init; }

    /// <summary>Whether the resource names its imports; where it does not, everything is imported.</summary>
    public bool StatesImports { get; init; }

    /// <summary>Whether nothing else may be called (REGISTRY_ONLY); null where it does not say.</summary>
    public bool? RegistryOnly { get; init; }
}

/// <summary>One imported host pattern.</summary>
/// <param name="Namespace">A namespace, <c>.</c> for the client's own, <c>*</c> for any.</param>
/// <param name="Host">A host name, a pattern whose first label is <c>*</c>, or <c>*</c>.</param>
/// <param name="Excluded">Written as <c>~namespace/host</c>: not imported, although another pattern holds it.</param>
/// <param name="Port">The only port of the services that is imported; null for all.</param>
/// <param name="Label">Where in the resource, such as <c>egress[0].hosts[1]</c>.</param>
/// <param name="Source">Where it was written.</param>
public sealed record SidecarImport(string Namespace, string Host, bool Excluded, ushort? Port, string Label, SourcePosition Source);
