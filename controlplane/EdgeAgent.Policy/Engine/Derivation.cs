using System.Collections.Immutable;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Policy;

/// <summary>Keeps derived policies in step with the resources that they come from.</summary>
internal static class Derivation
{
    /// <summary>What is derived after a change; null where no resource has a part in it, so that fleets without a mesh pay nothing.</summary>
    public static DerivedPolicies? After(
        EngineState state,
        IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes,
        ImmutableSortedDictionary<ResourceKey, Resource> next)
    {
        if (changes.Count == 0)
            return state.Mesh;
        var concerned = state.Mesh is not null || changes.Values.Any(pair => pair.New is { } resource && Concerns(resource));
        return concerned && next.Values.Any(Concerns) ? Derive([.. next.Values]) : null;
    }

    private static bool Concerns(Resource resource) => resource is PolicyResource { NamesServices: true } || IstioDerivation.Concerns(resource);

    private static DerivedPolicies Derive(Resource[] resources)
    {
        var diagnostics = new List<Diagnostic>();
        var resolved = ServiceRules.Resolve(resources, diagnostics.Add).ToArray();
        var derived = IstioDerivation.Derive(resources, resources.OfType<MeshResource>().FirstOrDefault()?.Settings ?? IstioSettings.Default);
        return derived with { Policies = [.. derived.Policies, .. resolved], Diagnostics = [.. derived.Diagnostics, .. diagnostics] };
    }

    /// <summary>
    /// The changes together with those of derived policies, which take the place of the resources that they are named after:
    /// a route has no other part in the world, and a policy that names Services none but with their endpoints.
    /// </summary>
    public static IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> Merge(
        IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes, DerivedPolicies before, DerivedPolicies after)
    {
        if (before.Policies.IsEmpty && after.Policies.IsEmpty)
            return changes;
        var old = before.Policies.ToDictionary(policy => policy.Key);
        var merged = new SortedDictionary<ResourceKey, (Resource? Old, Resource? New)>(changes.ToDictionary());
        foreach (var policy in after.Policies)
        {
            var present = old.Remove(policy.Key, out var previous);
            if (!present || !policy.Equals(previous))
                merged[policy.Key] = (previous ?? changes.GetValueOrDefault(policy.Key).Old, policy);
            else
                merged.Remove(policy.Key);
        }

        foreach (var policy in old.Values)
            merged[policy.Key] = (policy, changes.GetValueOrDefault(policy.Key).New);
        return merged;
    }
}
