using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Tells which hosts have another policy than before, without looking at the others.</summary>
internal static class Difference
{
    /// <summary>The hosts, sorted, that have another policy or are new.</summary>
    public static ImmutableArray<ResourceKey> Changed(EngineState before, EngineState after)
    {
        var result = ImmutableSortedSet.CreateBuilder<ResourceKey>();
        var same = new Dictionary<(HostPolicy, HostPolicy), bool>(ReferencePairs.Instance);
        foreach (var (key, members) in after.World.Members)
        {
            var policy = after.PolicyOf(key);
            var earlier = before.World.Members.GetValueOrDefault(key);
            if (ReferenceEquals(earlier, members))
            {
                if (!IsSame(before.PolicyOf(key), policy))
                    result.UnionWith(members.Hosts);
                continue;
            }

            foreach (var host in members.Hosts)
            {
                if (!before.World.ClassOf.TryGetValue(host, out var old) || !IsSame(before.PolicyOf(old), policy))
                    result.Add(host);
            }
        }

        return [.. result];

        bool IsSame(HostPolicy left, HostPolicy right)
        {
            if (ReferenceEquals(left, right))
                return true;
            if (!same.TryGetValue((left, right), out var equal))
                same[(left, right)] = equal = HostPolicyComparison.MeansTheSame(left, right);
            return equal;
        }
    }

    /// <summary>The hosts, sorted, that are gone.</summary>
    /// <param name="before">The state before.</param>
    /// <param name="after">The state after.</param>
    /// <param name="changes">The keys of the resources that changed, sorted.</param>
    public static ImmutableArray<ResourceKey> Removed(EngineState before, EngineState after, IEnumerable<ResourceKey> changes) =>
        [.. changes.Where(key => before.World.ClassOf.ContainsKey(key) && !after.World.ClassOf.ContainsKey(key))];
}
