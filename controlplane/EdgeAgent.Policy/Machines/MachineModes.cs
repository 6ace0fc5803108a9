namespace EdgeAgent.Policy;

/// <summary>The endpoints of a machine treat their policy as the machine does: there is one agent, and it has one mode.</summary>
internal static class MachineModes
{
    /// <summary>The changes together with those of the modes of endpoints whose machine has another mode than before, or is another machine.</summary>
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
        if (before.MachineOf.IsEmpty && after.MachineOf.IsEmpty)
            return changes;
        var merged = new SortedDictionary<ResourceKey, (Resource? Old, Resource? New)>(changes.ToDictionary());
        foreach (var key in before.MachineOf.Keys.Union(after.MachineOf.Keys))
        {
            if (!next.TryGetValue(key, out var resource) || resource is not EndpointResource endpoint)
                continue;
            var effective = after.MachineOf.TryGetValue(key, out var machine) ? endpoint with { Mode = ((EndpointResource)next[machine]).Mode } : endpoint;
            var known = world.Endpoints.GetValueOrDefault(key)?.Resource;
            if (effective.Equals(known))
                merged.Remove(key);
            else
                merged[key] = (known, effective);
        }

        return merged;
    }
}
