using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Policy;

/// <summary>All resources at one revision, and what every host must enforce. Immutable; equal however it was arrived at.</summary>
public sealed class EngineState
{
    internal EngineState(
        Revision revision,
        ImmutableSortedDictionary<ResourceKey, Resource> resources,
        MeshState? mesh,
        World world,
        MachineIndex machines,
        Plans plans,
        ResolvedPolicies resolved,
        Warnings warnings)
    {
        Revision = revision;
        Resources = resources;
        Mesh = mesh;
        World = world;
        Machines = machines;
        Plans = plans;
        Resolved = resolved;
        Warnings = warnings;
    }

    /// <summary>No resources, revision zero.</summary>
    public static EngineState Empty { get; } = new(
        Revision.Zero,
        ImmutableSortedDictionary<ResourceKey, Resource>.Empty,
        null,
        World.Empty,
        MachineIndex.None,
        Plans.None,
        ResolvedPolicies.None,
        Warnings.None);

    /// <summary>The revision of the resources.</summary>
    public Revision Revision { get; }

    /// <summary>The resources by key.</summary>
    public ImmutableSortedDictionary<ResourceKey, Resource> Resources { get; }

    /// <summary>The keys of the hosts that policy is enforced at, sorted.</summary>
    public IEnumerable<ResourceKey> Hosts => World.Endpoints.Values.Where(endpoint => endpoint.IsManaged).Select(endpoint => endpoint.Key).Where(IsMachine);

    /// <summary>The endpoints that are part of another host, which enforces their policy on some of its interfaces.</summary>
    public IReadOnlyDictionary<ResourceKey, ResourceKey> MachineOf => Machines.MachineOf;

    /// <summary>The labels of an endpoint as selectors see them; none where there is no such endpoint.</summary>
    public LabelSet LabelsOf(ResourceKey endpoint) => World.Endpoints.TryGetValue(endpoint, out var known) ? known.Labels : LabelSet.Empty;

    /// <summary>The endpoints that have an address, singly or in a block of theirs.</summary>
    public IEnumerable<ResourceKey> EndpointsAt(IpAddress address) => World.EndpointsAt(address).Select(endpoint => endpoint.Key);

    /// <summary>What a host must enforce, for those who encode each policy once for many hosts; null when there is no such managed host.</summary>
    public SharedPolicy? SharedPolicyOf(ResourceKey host) =>
        MachinePolicies.Of(host) ?? (World.ClassOf.TryGetValue(host, out var key) && IsMachine(host) ? PolicyOf(key) : null);

    /// <summary>What is derived from Istio's resources.</summary>
    public DerivedPolicies Derived => Mesh?.Derived ?? DerivedPolicies.None;

    /// <summary>The same in the parts in which it is derived; null while there is nothing to derive from.</summary>
    internal MeshState? Mesh { get; }

    internal World World { get; }

    internal MachineIndex Machines { get; }

    internal MachinePolicies MachinePolicies { get; init; } = MachinePolicies.None;

    internal Plans Plans { get; }

    internal ResolvedPolicies Resolved { get; }

    /// <summary>What is allowed but probably not meant.</summary>
    internal Warnings Warnings { get; }

    /// <summary>What a host must enforce, at the state's revision; null when there is no such managed host.</summary>
    public HostPolicy? PolicyOf(ResourceKey host) => SharedPolicyOf(host) is { } shared ? shared.Policy with { Revision = Revision } : null;

    private bool IsMachine(ResourceKey endpoint) => !Machines.MachineOf.ContainsKey(endpoint);

    /// <summary>What the endpoints of a class must enforce, apart from those that share a machine with others.</summary>
    internal SharedPolicy PolicyOf(HostClassKey hosts) => Resolved.ByNumber[Plans.NumberOf[hosts]]!;
}
