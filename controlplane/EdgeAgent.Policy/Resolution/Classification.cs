using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Puts hosts into classes that no policy tells apart, and says what policies have to do with each class.</summary>
internal static class Classification
{
    /// <summary>The world with its classes brought up to date, and the moves of hosts that this took.</summary>
    /// <param name="before">The world before the change.</param>
    /// <param name="world">The world after it, with the classes of before.</param>
    /// <param name="touched">What the change can have touched.</param>
    public static (World World, HostMoves Moves) Apply(World before, World world, TouchedParts touched)
    {
        var (regrouped, moves) = Regroup(before, world, touched.Hosts);
        return (Resolve(regrouped, touched, moves.Classes), moves);
    }

    private static (World World, HostMoves Moves) Regroup(World before, World world, IEnumerable<ResourceKey> touched)
    {
        var classOf = world.ClassOf.ToBuilder();
        var members = world.Members.ToBuilder();
        var byAddress = world.HostByAddress.ToBuilder();
        var moved = new List<(Endpoint Host, HostClassKey Key)>();
        var classes = new HashSet<HostClassKey>();
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
                classes.Add(old);
                members[old] = members[old].Without(earlier!.Resource);
                foreach (var address in earlier.Resource.Addresses)
                    byAddress.Remove(address.Network);
            }

            if (host is not null)
                moved.Add((host, place!));
        }

        foreach (var (host, key) in moved)
        {
            classOf[host.Key] = key;
            classes.Add(key);
            members[key] = (members.GetValueOrDefault(key) ?? ClassMembers.None).With(host.Resource);
            foreach (var address in host.Resource.Addresses)
                byAddress[address.Network] = host.Key;
        }

        foreach (var key in classes)
        {
            if (members[key].Hosts.IsEmpty)
                members.Remove(key);
        }

        return (
            world with { ClassOf = classOf.ToImmutable(), Members = members.ToImmutable(), HostByAddress = byAddress.ToImmutable() },
            new(moved.Select(move => move.Host.Key).ToHashSet(), classes));
    }

    private static World Resolve(World world, TouchedParts touched, IReadOnlySet<HostClassKey> regrouped)
    {
        var classes = world.Classes.ToBuilder();
        foreach (var key in regrouped)
        {
            if (!world.Members.TryGetValue(key, out var members))
                classes.Remove(key);
            else if (!classes.TryGetValue(key, out var known))
                classes[key] = HostClass.Of(key, world.Endpoints[members.Hosts[0]], world);
            else if (key.Only is not null)
                classes[key] = known.Resampled(world.Endpoints[members.Hosts[0]], world, touched.Policies);
        }

        if (!touched.EveryClass && touched.Policies.IsNone && touched.Blocks.Count == 0)
            return world with { Classes = classes.ToImmutable() };

        foreach (var (key, hosts) in world.Classes)
        {
            if (!world.Members.TryGetValue(key, out var members) || (key.Only is not null && regrouped.Contains(key)))
                continue;
            var after = touched.EveryClass || touched.Concerns(key)
                ? hosts.Resampled(world.Endpoints[members.Hosts[0]], world, touched.Policies)
                : hosts.After(touched.Policies);
            if (!ReferenceEquals(after, hosts))
                classes[key] = after;
        }

        return world with { Classes = classes.ToImmutable() };
    }
}

/// <summary>How hosts moved between classes.</summary>
/// <param name="Hosts">The hosts that are new, or another resource or of another class than before.</param>
/// <param name="Classes">The classes that hosts came to or left.</param>
internal sealed record HostMoves(IReadOnlySet<ResourceKey> Hosts, IReadOnlySet<HostClassKey> Classes);

/// <summary>What a change can have touched.</summary>
/// <param name="Hosts">The hosts that came, went or changed, or may be in another class.</param>
/// <param name="EveryClass">Whether any class may look different to policies.</param>
/// <param name="Blocks">Where not: the blocks of endpoints without agent that changed.</param>
/// <param name="Policies">The policies that changed.</param>
internal sealed record TouchedParts(IReadOnlyCollection<ResourceKey> Hosts, bool EveryClass, IReadOnlyCollection<Cidr> Blocks, PolicyChanges Policies)
{
    /// <summary>Whether hosts of a class are at addresses of an endpoint that changed.</summary>
    public bool Concerns(HostClassKey key)
    {
        if (Blocks.Count == 0)
            return false;
        foreach (var (_, narrowest) in key.Slots)
        {
            if (narrowest is { } inner && Blocks.Any(block => block.Contains(inner)))
                return true;
        }

        return false;
    }
}
