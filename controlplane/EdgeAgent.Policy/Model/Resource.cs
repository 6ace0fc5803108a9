namespace EdgeAgent.Policy;

/// <summary>
/// One document of any policy language, translated to neutral terms without looking at any other document:
/// selectors, names and tiers stay unresolved.
/// </summary>
/// <param name="Key">The resource's name.</param>
/// <param name="Source">Where its document begins.</param>
public abstract record Resource(ResourceKey Key, SourcePosition Source);
