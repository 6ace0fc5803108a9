using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Puts hosts into classes that no policy tells apart, and says what each policy has to do with each class.</summary>
internal static class Classification
{
    /// <summary>The world with its classes brought up to date.</summary>
    /// <param name="before">The world before the change.</param>
    /// <param name="world">The world after it, with the classes of before.</param>
    /// <param name="touched">The hosts that came, went or changed; null when every host must be looked at.</param>
    /// <param name="everyClass">Whether facts of known classes may have changed.</param>
    public static World Apply(World before, World world, IReadOnlyCollection<ResourceKey>? touched, bool everyClass)
    {
        var hosts = touched ?? before.ClassOf.Keys
            .Concat(world.Endpoints.Values.Where(endpoint => endpoint.IsManaged).Select(endpoint => endpoint.Key))
            .ToHashSet();
        return ResolveClasses(before, Regroup(before, world, hosts), everyClass);
    }

    private static World Regroup(World before, World world, IEnumerable<ResourceKey> touched)
    {
        var classOf = world.ClassOf.ToBuilder();
        var members = world.Members.ToBuilder();
        var byAddress = world.HostByAddress.ToBuilder();
        var moved = new List<(Endpoint Host, HostClassKey Key)>();
        foreach (var key in touched)
        {
            var earlier = before.Endpoints.GetValueOrDefault(key);
            var host = world.Endpoints.TryGetValue(key, out var now) && now.IsManaged ? now : null;
            var place = host is null ? null : HostClassKey.Of(host, world.Vocabulary, world.Covers);
            if (classOf.TryGetValue(key, out var old))
            {
                if (old.Equals(place) && ReferenceEquals(earlier!.Resource, host!.Resource))
                    continue;
                classOf.Remove(key);
                members[old] = members[old].Without(earlier!.Resource);
                byAddress.RemoveRange(earlier.Resource.Addresses.Select(address => address.Network));
            }

            if (host is not null)
                moved.Add((host, place!));
        }

        foreach (var (host, key) in moved)
        {
            classOf[host.Key] = key;
            members[key] = (members.GetValueOrDefault(key) ?? ClassMembers.None).With(host.Resource);
            foreach (var address in host.Resource.Addresses)
                byAddress[address.Network] = host.Key;
        }

        foreach (var key in members.Where(pair => pair.Value.Hosts.IsEmpty).Select(pair => pair.Key).ToArray())
            members.Remove(key);
        return world with { ClassOf = classOf.ToImmutable(), Members = members.ToImmutable(), HostByAddress = byAddress.ToImmutable() };
    }

    private static World ResolveClasses(World before, World world, bool all)
    {
        var origins = before.Policies == world.Policies ? null : Origins(before, world);
        var classes = world.Classes.ToBuilder();
        classes.RemoveRange(world.Classes.Keys.Where(key => !world.Members.ContainsKey(key)).ToArray());
        foreach (var (key, members) in world.Members)
        {
            var earlier = classes.GetValueOrDefault(key);
            if (all || earlier is null || key.Only is not null)
                classes[key] = HostClass.Of(key, world.Endpoints[members.Hosts[0]], world, earlier, origins);
        }

        return world with { Classes = classes.ToImmutable() };
    }

    /// <summary>For each policy its place in the world before, or -1 for one that is new.</summary>
    private static int[] Origins(World before, World world)
    {
        var places = new Dictionary<PolicyResource, int>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < before.Policies.Length; i++)
            places[before.Policies[i].Resource] = i;
        return [.. world.Policies.Select(policy => places.TryGetValue(policy.Resource, out var place) ? place : -1)];
    }
}
