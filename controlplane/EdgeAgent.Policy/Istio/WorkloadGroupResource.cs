using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// A WorkloadGroup: what its workloads have in common. A host of its namespace that has the group's labels is one of them, and has
/// the group's ports and account where no WorkloadEntry at its address says otherwise.
/// </summary>
public sealed record WorkloadGroupResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The kind in keys.</summary>
    public const string Kind = "WorkloadGroup";

    /// <summary>Labels that its workloads have; none is no workload.</summary>
    public LabelSet Labels { get; init; } = LabelSet.Empty;

    /// <summary>The workloads' numbers for ports of their services, by the port's name.</summary>
    public EquatableArray<NamedPort> Ports { get; init; }

    /// <summary>The account of their principal, or empty.</summary>
    public string ServiceAccount { get; init; } = "";

    /// <summary>Whether a host is one of its workloads.</summary>
    public bool Has(EndpointResource host) =>
        Labels.Count > 0
        && host.Key.Namespace == Key.Namespace
        && Labels.All(label => host.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}
