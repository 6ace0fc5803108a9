using System.Collections.Immutable;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Policy;

/// <summary>
/// Keeps derived policies in step with the resources that they come from. Of what was derived, that is derived anew of which an answer that
/// it rests on is another than before.
/// </summary>
internal static class Derivation
{
    /// <summary>
    /// What is derived after a change (null where no resource has a part in it, so that fleets without a mesh pay nothing), and the change
    /// together with that of derived policies.
    /// </summary>
    /// <param name="before">What was derived.</param>
    /// <param name="changes">For each changed key, the resource before and after.</param>
    /// <param name="next">All resources after the change.</param>
    public static (MeshState? After, IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> Changes) After(
        MeshState? before,
        IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes,
        ImmutableSortedDictionary<ResourceKey, Resource> next)
    {
        var concerned = (before?.Concerned ?? 0) + changes.Values.Sum(pair => Concern(pair.New) - Concern(pair.Old));
        if (concerned == 0)
            return before is null ? (null, changes) : (null, Merge(changes, before.Units, MeshState.None.Units, before.Units.Keys));
        var seen = before is null ? next.ToDictionary(pair => pair.Key, pair => ((Resource?)null, (Resource?)pair.Value)) : changes;
        var (facts, parts) = (before ?? MeshState.None).Facts.After(seen);
        var earlier = before?.Units ?? MeshState.None.Units.AddRange(IstioDerivation.Shared(facts));
        var units = earlier.ToBuilder();
        var touched = new HashSet<UnitKey>(before is null ? earlier.Keys : []);
        foreach (var (_, (old, now)) in seen)
        {
            if (IstioDerivation.UnitOf(old) is { } left && units.Remove(left))
                touched.Add(left);
            if (IstioDerivation.UnitOf(now) is not { } unit)
                continue;
            units[unit] = IstioDerivation.Derive(facts, unit, now);
            touched.Add(unit);
        }

        foreach (var (key, unit) in parts == MeshParts.None || before is null ? MeshState.None.Units : earlier)
        {
            if (touched.Contains(key) || unit.Reads.Hold(facts, parts))
                continue;
            units[key] = IstioDerivation.Derive(facts, key, next.GetValueOrDefault(key.Resource));
            touched.Add(key);
        }

        var after = units.ToImmutable();
        return (new(facts, after, concerned), Merge(changes, before?.Units ?? MeshState.None.Units, after, touched));
    }

    private static int Concern(Resource? resource) =>
        resource is PolicyResource { NamesServices: true } || (resource is not null && IstioDerivation.Concerns(resource)) ? 1 : 0;

    /// <summary>
    /// The changes together with those of derived policies, which take the place of the resources that they are named after:
    /// a route has no other part in the world, and a policy that names Services none but with their endpoints.
    /// </summary>
    private static IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> Merge(
        IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes,
        ImmutableSortedDictionary<UnitKey, DerivedUnit> before,
        ImmutableSortedDictionary<UnitKey, DerivedUnit> after,
        IEnumerable<UnitKey> touched)
    {
        SortedDictionary<ResourceKey, (Resource? Old, Resource? New)>? merged = null;
        foreach (var key in touched)
        {
            merged ??= new(changes.ToDictionary());
            var old = before.TryGetValue(key, out var was) ? was.Policies.ToDictionary(policy => policy.Key) : [];
            foreach (var policy in after.TryGetValue(key, out var now) ? now.Policies : [])
            {
                var present = old.Remove(policy.Key, out var previous);
                if (!present || !policy.Equals(previous))
                    merged[policy.Key] = (previous ?? changes.GetValueOrDefault(policy.Key).Old, policy);
                else
                    merged.Remove(policy.Key);
            }

            foreach (var policy in old.Values)
                merged[policy.Key] = (policy, changes.GetValueOrDefault(policy.Key).New);
        }

        return merged ?? changes;
    }
}
