namespace EdgeAgent.Policy.Istio;

/// <summary>A resource that is known and changes nothing at L3 and L4; it is kept so that it can be listed.</summary>
public sealed record InertResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source);
