using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Carries states from change to change. A state depends on its resources alone, not on the changes that led to it.</summary>
public static class PolicyEngine
{
    /// <summary>
    /// Applies a change as one revision. A change with errors is refused whole. A change that sets resources to what they are
    /// makes a revision that changes no host.
    /// </summary>
    public static ApplyResult Apply(EngineState state, Change change)
    {
        var changes = Changes(state, change);
        var resources = state.Resources.ToBuilder();
        foreach (var (key, (_, resource)) in changes)
        {
            if (resource is null)
                resources.Remove(key);
            else
                resources[key] = resource;
        }

        var next = resources.ToImmutable();
        var errors = Validation.Check(state, change, changes, next);
        if (!errors.IsEmpty)
            return new(state, errors, [], []);
        var world = WorldChange.Apply(state.World, changes, TiersOf(next));
        var result = new EngineState(state.Revision.Next, next, world, Compiler.Compile(world));
        return Difference(state, result);
    }

    /// <summary>All tiers by name, the built-in ones included.</summary>
    internal static IReadOnlyDictionary<string, TierResource> TiersOf(ImmutableSortedDictionary<ResourceKey, Resource> resources)
    {
        var tiers = BuiltInTiers.All.ToDictionary(tier => tier.Key.Name, StringComparer.Ordinal);
        foreach (var tier in resources.Values.OfType<TierResource>())
            tiers[tier.Key.Name] = tier;
        return tiers;
    }

    private static SortedDictionary<ResourceKey, (Resource? Old, Resource? New)> Changes(EngineState state, Change change)
    {
        var result = new SortedDictionary<ResourceKey, (Resource? Old, Resource? New)>();
        foreach (var key in change.Deleted)
        {
            if (state.Resources.TryGetValue(key, out var old))
                result[key] = (old, null);
        }

        foreach (var resource in change.Set)
        {
            var old = state.Resources.GetValueOrDefault(resource.Key);
            if (resource.Equals(old))
                result.Remove(resource.Key);
            else
                result[resource.Key] = (old, resource);
        }

        return result;
    }

    private static ApplyResult Difference(EngineState before, EngineState after)
    {
        var changed = ImmutableArray.CreateBuilder<ResourceKey>();
        var same = new Dictionary<(HostPolicy, HostPolicy), bool>(ReferencePairs.Instance);
        foreach (var host in after.Hosts)
        {
            var policy = after.Policies[after.World.ClassOf[host]];
            if (!before.World.ClassOf.TryGetValue(host, out var key))
            {
                changed.Add(host);
                continue;
            }

            var pair = (before.Policies[key], policy);
            if (!same.TryGetValue(pair, out var equal))
                same[pair] = equal = HostPolicyComparison.MeansTheSame(pair.Item1, pair.Item2);
            if (!equal)
                changed.Add(host);
        }

        var removed = before.Hosts.Where(host => !after.World.ClassOf.ContainsKey(host));
        return new(after, Warnings.Of(after), changed.ToImmutable(), [.. removed]);
    }
}
