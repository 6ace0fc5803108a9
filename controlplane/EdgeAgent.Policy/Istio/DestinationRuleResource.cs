using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>A DestinationRule: names for subsets of a service's endpoints.</summary>
public sealed record DestinationRuleResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The kind in keys.</summary>
    public const string Kind = "DestinationRule";

    /// <summary>The service, as written.</summary>
    public required string Host { get; init; }

    /// <summary>The labels of each subset.</summary>
    public EquatableArray<ServiceSubset> Subsets { get; init; }

    /// <summary>Namespaces whose clients see it: names, <c>.</c> for its own, <c>*</c> for all; empty for all. Those of its own always do.</summary>
    public EquatableArray<string> ExportTo { get; init; }
}

/// <summary>A named part of a service.</summary>
public readonly record struct ServiceSubset(string Name, LabelSet Labels);
