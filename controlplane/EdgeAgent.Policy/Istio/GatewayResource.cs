using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>A Gateway: the workloads, of any namespace, that lead traffic into the mesh.</summary>
public sealed record GatewayResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The kind in keys.</summary>
    public const string Kind = "Gateway";

    /// <summary>Labels of the gateway's workloads.</summary>
    public LabelSet Selector { get; init; } = LabelSet.Empty;
}
