using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>A tier: policies that are looked at together.</summary>
public sealed record TierResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The kind of tiers in keys.</summary>
    public const string Kind = "Tier";

    /// <summary>The place among tiers, lower first; null is last.</summary>
    public double? Order { get; init; }

    /// <summary>The end of the tier for endpoints that a policy of it isolates.</summary>
    public BlockEnd DefaultAction { get; init; } = BlockEnd.Deny;
}
