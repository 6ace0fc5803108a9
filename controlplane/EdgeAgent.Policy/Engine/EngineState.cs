using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>All resources at one revision, and what every host must enforce. Immutable; equal however it was arrived at.</summary>
public sealed class EngineState
{
    internal EngineState(
        Revision revision,
        ImmutableSortedDictionary<ResourceKey, Resource> resources,
        World world,
        ImmutableDictionary<HostClassKey, HostPolicy> policies)
    {
        Revision = revision;
        Resources = resources;
        World = world;
        Policies = policies;
    }

    /// <summary>No resources, revision zero.</summary>
    public static EngineState Empty { get; } = new(
        Revision.Zero,
        ImmutableSortedDictionary<ResourceKey, Resource>.Empty,
        World.Empty,
        ImmutableDictionary<HostClassKey, HostPolicy>.Empty);

    /// <summary>The revision of the resources.</summary>
    public Revision Revision { get; }

    /// <summary>The resources by key.</summary>
    public ImmutableSortedDictionary<ResourceKey, Resource> Resources { get; }

    /// <summary>The keys of the hosts that policy is enforced at, sorted.</summary>
    public IEnumerable<ResourceKey> Hosts => World.Endpoints.Values.Where(endpoint => endpoint.IsManaged).Select(endpoint => endpoint.Key);

    /// <summary>
    /// What a host must enforce, as one instance for all hosts that enforce the same, without revision; null when there is no such
    /// managed host. For those who encode each policy once for many hosts.
    /// </summary>
    public HostPolicy? SharedPolicyOf(ResourceKey host) => World.ClassOf.TryGetValue(host, out var key) ? Policies[key] : null;

    internal World World { get; }

    internal ImmutableDictionary<HostClassKey, HostPolicy> Policies { get; }

    /// <summary>What a host must enforce, at the state's revision; null when there is no such managed host.</summary>
    public HostPolicy? PolicyOf(ResourceKey host) =>
        World.ClassOf.TryGetValue(host, out var key) ? Policies[key] with { Revision = Revision } : null;
}
