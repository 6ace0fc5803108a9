using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Resources resolved against each other: what selectors see, policies in order, and hosts in classes that no policy tells apart.</summary>
internal sealed record World
{
    public static World Empty { get; } = new();

    public ImmutableDictionary<string, NamespaceFacts> Namespaces { get; init; } = ImmutableDictionary.Create<string, NamespaceFacts>(StringComparer.Ordinal);

    public ImmutableSortedDictionary<ResourceKey, Endpoint> Endpoints { get; init; } = ImmutableSortedDictionary<ResourceKey, Endpoint>.Empty;

    /// <summary>The keys of endpoints without agent.</summary>
    public ImmutableSortedSet<ResourceKey> Unmanaged { get; init; } = [];

    /// <summary>All tiers by name, the built-in ones included.</summary>
    public ImmutableDictionary<string, TierResource> Tiers { get; init; } =
        BuiltInTiers.All.ToImmutableDictionary(tier => tier.Key.Name, StringComparer.Ordinal);

    /// <summary>All policies in the order in which they are looked at.</summary>
    public ImmutableArray<PolicyNode> Policies { get; init; } = [];

    public Vocabulary Vocabulary { get; init; } = Vocabulary.Empty;

    public CoverIndex Covers { get; init; } = CoverIndex.Empty;

    /// <summary>The class of each host with agent.</summary>
    public ImmutableDictionary<ResourceKey, HostClassKey> ClassOf { get; init; } = ImmutableDictionary<ResourceKey, HostClassKey>.Empty;

    /// <summary>The hosts of each class.</summary>
    public ImmutableDictionary<HostClassKey, ClassMembers> Members { get; init; } = ImmutableDictionary<HostClassKey, ClassMembers>.Empty;

    public ImmutableDictionary<HostClassKey, HostClass> Classes { get; init; } = ImmutableDictionary<HostClassKey, HostClass>.Empty;

    /// <summary>The hosts with agent by each of their addresses.</summary>
    public ImmutableDictionary<IpAddress, ResourceKey> HostByAddress { get; init; } = ImmutableDictionary<IpAddress, ResourceKey>.Empty;

    /// <summary>The tiers after some changes.</summary>
    public ImmutableDictionary<string, TierResource> TiersAfter(IEnumerable<KeyValuePair<ResourceKey, (Resource? Old, Resource? New)>> changes)
    {
        var tiers = Tiers;
        foreach (var (key, (old, resource)) in changes)
        {
            if (resource is TierResource tier)
                tiers = tiers.SetItem(key.Name, tier);
            else if (old is TierResource)
                tiers = BuiltInTiers.All.Items.FirstOrDefault(built => built.Key.Name == key.Name) is { } built ? tiers.SetItem(key.Name, built) : tiers.Remove(key.Name);
        }

        return tiers;
    }

    /// <summary>The endpoints that have an address; the host with agent is the first.</summary>
    public IEnumerable<Endpoint> EndpointsAt(IpAddress address)
    {
        if (HostByAddress.TryGetValue(address, out var host))
            yield return Endpoints[host];
        foreach (var other in Covers.Endpoints(address))
            yield return Endpoints[other];
    }

    /// <summary>The facts of a namespace, declared or not.</summary>
    public NamespaceFacts Namespace(string name) => Namespaces.GetValueOrDefault(name) ?? NamespaceFacts.Of(name, null);
}

/// <summary>The hosts of a class and their addresses.</summary>
internal sealed record ClassMembers(ImmutableSortedSet<ResourceKey> Hosts, ImmutableSortedSet<Cidr> Addresses)
{
    public static ClassMembers None { get; } = new([], []);

    public ClassMembers With(EndpointResource host)
    {
        var addresses = Addresses;
        foreach (var address in host.Addresses.AsSpan())
            addresses = addresses.Add(address);
        return new(Hosts.Add(host.Key), addresses);
    }

    public ClassMembers Without(EndpointResource host)
    {
        var addresses = Addresses;
        foreach (var address in host.Addresses.AsSpan())
            addresses = addresses.Remove(address);
        return new(Hosts.Remove(host.Key), addresses);
    }
}
