namespace EdgeAgent.Policy;

/// <summary>The endpoints of a machine treat their policy as the machine does: there is one agent, which has one mode and all of the machine's addresses.</summary>
internal static class MachineModes
{
    /// <summary>The changes together with those of endpoints whose machine has another mode than before, is another machine, or has other endpoints on its interfaces.</summary>
    /// <param name="world">The world before.</param>
    /// <param name="changes">For each changed key, the resource before and after.</param>
    /// <param name="before">The machines before.</param>
    /// <param name="after">The machines after.</param>
    /// <param name="next">All resources after the change.</param>
    public static IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> Merge(
        World world,
        IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes,
        MachineIndex before,
        MachineIndex after,
        IReadOnlyDictionary<ResourceKey, Resource> next)
    {
        if (before.Parts.IsEmpty && after.Parts.IsEmpty)
            return changes;
        var merged = new SortedDictionary<ResourceKey, (Resource? Old, Resource? New)>(changes.ToDictionary());
        foreach (var key in before.Known.Union(after.Known))
        {
            if (!next.TryGetValue(key, out var resource) || resource is not EndpointResource endpoint)
                continue;
            var effective = after.MachineOf.TryGetValue(key, out var machine) ? endpoint with { Mode = ((EndpointResource)next[machine]).Mode, HoldsElsewhere = true }
                : endpoint with { HoldsElsewhere = after.Parts.ContainsKey(key) };
            var known = world.Endpoints.GetValueOrDefault(key)?.Resource;
            if (effective.Equals(known))
                merged.Remove(key);
            else
                merged[key] = (known, effective);
        }

        return merged;
    }
}
