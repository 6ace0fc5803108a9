using System.Collections.Immutable;

namespace EdgeAgent.Policy;

/// <summary>What a change of resources does to the policies and to the words that they use.</summary>
/// <param name="Changes">The policies that went and came.</param>
/// <param name="Mentions">The policies that are counted less (-1) and more (1) than before.</param>
/// <param name="Vocabulary">The words after the change.</param>
/// <param name="Labels">The labels that came or went.</param>
/// <param name="PortNames">The port names that came or went.</param>
internal sealed record PolicyTransition(
    PolicyChanges Changes,
    IReadOnlyList<(PolicyResource Policy, int Times)> Mentions,
    Vocabulary Vocabulary,
    IReadOnlySet<string> Labels,
    IReadOnlySet<string> PortNames)
{
    public bool WordsChanged => Labels.Count > 0 || PortNames.Count > 0;

    /// <summary>The step from a world.</summary>
    /// <param name="before">The world.</param>
    /// <param name="changes">For each changed key, the resource before and after.</param>
    /// <param name="tiers">The tiers after the changes.</param>
    public static PolicyTransition Of(
        World before,
        IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes,
        ImmutableDictionary<string, TierResource> tiers)
    {
        var mentions = new List<(PolicyResource Policy, int Times)>();
        var gone = new HashSet<ResourceKey>();
        var added = new List<PolicyNode>();
        foreach (var (key, (old, resource)) in changes)
        {
            if (PolicyOf(old) is { } left)
            {
                gone.Add(key);
                mentions.Add((left, -1));
            }

            if (PolicyOf(resource) is { } policy)
            {
                added.Add(new(policy, tiers[policy.Tier]));
                mentions.Add((policy, 1));
            }
        }

        var vocabulary = mentions.Aggregate(before.Vocabulary, (words, mention) => words.With(mention.Policy, mention.Times));
        var (labels, portNames) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (policy, _) in mentions)
            Vocabulary.Changed(before.Vocabulary, vocabulary, policy, labels, portNames);
        return new(ChangesOf(before, gone, added, tiers), mentions, vocabulary, labels, portNames);
    }

    /// <summary>A policy whose tier changed is another policy: its place and its end may differ.</summary>
    private static PolicyChanges ChangesOf(World before, HashSet<ResourceKey> gone, List<PolicyNode> added, ImmutableDictionary<string, TierResource> tiers)
    {
        var tiersChanged = tiers != before.Tiers;
        if (gone.Count == 0 && added.Count == 0 && !tiersChanged)
            return PolicyChanges.None;
        var removed = new HashSet<PolicyNode>();
        foreach (var node in before.Policies)
        {
            if (gone.Contains(node.Resource.Key))
            {
                removed.Add(node);
            }
            else if (tiersChanged && !ReferenceEquals(node.Tier, tiers[node.Resource.Tier]))
            {
                removed.Add(node);
                added.Add(new(node.Resource, tiers[node.Resource.Tier]));
            }
        }

        added.Sort();
        return new(removed, added);
    }

    private static PolicyResource? PolicyOf(Resource? resource) => resource switch
    {
        PolicyResource policy => policy,
        NamespaceResource declared => NamespaceFacts.IsolationPolicy(declared),
        _ => null,
    };
}
