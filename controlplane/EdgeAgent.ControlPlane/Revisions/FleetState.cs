using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Rollouts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>All resources at one revision, and what the engine makes of them. Never changes.</summary>
internal sealed record FleetState
{
    /// <summary>The kind of hosts in keys.</summary>
    public const string HostKind = "Host";

    /// <summary>The kind of pods in keys.</summary>
    public const string PodKind = "Pod";

    /// <summary>The state before the first revision.</summary>
    public static FleetState Empty { get; } = new();

    /// <summary>The revision.</summary>
    public Revision Revision { get; init; }

    /// <summary>What people declared.</summary>
    public ImmutableSortedDictionary<ResourceKey, StoredResource> Declared { get; init; } = ImmutableSortedDictionary<ResourceKey, StoredResource>.Empty;

    /// <summary>What hosts said of themselves.</summary>
    public ImmutableSortedDictionary<ResourceKey, StoredResource> Registered { get; init; } = ImmutableSortedDictionary<ResourceKey, StoredResource>.Empty;

    /// <summary>What API servers of clusters have.</summary>
    public ImmutableSortedDictionary<ResourceKey, StoredResource> Followed { get; init; } = ImmutableSortedDictionary<ResourceKey, StoredResource>.Empty;

    /// <summary>Hosts that are cut off, whether they are known or not, with the revision that did it.</summary>
    public ImmutableSortedDictionary<ResourceKey, Revision> Quarantined { get; init; } = ImmutableSortedDictionary<ResourceKey, Revision>.Empty;

    /// <summary>The hosts that enforce policy.</summary>
    public ImmutableSortedDictionary<HostName, ResourceKey> Hosts { get; init; } = ImmutableSortedDictionary<HostName, ResourceKey>.Empty;

    /// <summary>What the engine makes of the resources.</summary>
    public EngineState Policies { get; init; } = EngineState.Empty;

    /// <summary>What the engine finds doubtful about the resources together, such as a policy that selects nothing.</summary>
    public ImmutableArray<Diagnostic> Warnings => PolicyEngine.WarningsOf(Policies);

    /// <summary>The digests of all hosts' policies under one hash, which is what is signed.</summary>
    public PolicyTree Tree { get; init; } = PolicyTree.Empty;

    /// <summary>Wire forms of the policies.</summary>
    public PolicyEncodings Encodings { get; init; } = new(Revision.Zero);

    /// <summary>The change that is on its way to the fleet, so that this state is not for all hosts yet; null for none.</summary>
    public ActiveRollout? Rollout { get; init; }

    /// <summary>The resources of one origin.</summary>
    public ImmutableSortedDictionary<ResourceKey, StoredResource> Of(DocumentOrigin origin) => origin switch
    {
        DocumentOrigin.Declared => Declared,
        DocumentOrigin.Followed => Followed,
        _ => Registered,
    };

    /// <summary>The resource that is in force under a key: a declared one before a registered one, and that before one of a cluster.</summary>
    public StoredResource? Find(ResourceKey key) => Declared.GetValueOrDefault(key) ?? Registered.GetValueOrDefault(key) ?? Followed.GetValueOrDefault(key);

    /// <summary>All resources in force, by key.</summary>
    public IEnumerable<StoredResource> All => Declared.Values
        .Concat(Registered.Values.Where(stored => !Declared.ContainsKey(stored.Resource.Key)))
        .Concat(FollowedInForce)
        .OrderBy(stored => stored.Resource.Key);

    /// <summary>
    /// What the engine is told of a key. A declared host keeps its declared labels, ports and addresses; where its document has no
    /// addresses, those that it reported count. A quarantine wins over what its document says of its mode.
    /// </summary>
    public Resource? Effective(ResourceKey key)
    {
        var declared = Declared.GetValueOrDefault(key)?.Resource.Model;
        var registered = Registered.GetValueOrDefault(key)?.Resource.Model;
        var effective = LacksAddresses(declared) && registered is EndpointResource own
            ? (EndpointResource)declared! with { Addresses = own.Addresses }
            : declared ?? registered ?? Followed.GetValueOrDefault(key)?.Resource.Model;
        return effective is EndpointResource { IsManaged: true } host && Quarantined.ContainsKey(key) ? host with { Mode = EnforcementMode.Quarantine } : effective;
    }

    /// <summary>Whether what a host says of itself has a meaning: it is not declared, or its document leaves the addresses to it.</summary>
    public bool Counts(ResourceKey registered) => !Declared.TryGetValue(registered, out var declared) || LacksAddresses(declared.Resource.Model);

    /// <summary>What must hold together, those before that are first.</summary>
    public IEnumerable<ManifestResource> ToCheck =>
        Declared.Values.Concat(Registered.Values.Where(stored => Counts(stored.Resource.Key))).Concat(FollowedInForce).Select(stored => stored.Resource);

    /// <summary>The state that a host is served: this one, or the one before a change that is on its way.</summary>
    public FleetState For(HostName host) => Rollout is not { } rollout || rollout.Releases(this, host) ? this : rollout.Base;

    /// <summary>The policy of a host, one instance for all that share it; null for a host that there is not.</summary>
    public SharedPolicy? PolicyOf(HostName host) => Hosts.TryGetValue(host, out var key) ? Policies.SharedPolicyOf(key) : null;

    /// <summary>The digest of a host's policy; null for a host that there is not.</summary>
    public Digest? DigestOf(HostName host) => PolicyOf(host)?.Digest;

    /// <summary>The warnings about a resource that hold now.</summary>
    public IEnumerable<Diagnostic> WarningsOf(StoredResource stored) => stored.Warnings.Concat(Warnings.Where(warning => warning.Resource == stored.Resource.Key));

    private IEnumerable<StoredResource> FollowedInForce => Followed.Values.Where(stored => !Declared.ContainsKey(stored.Resource.Key) && !Registered.ContainsKey(stored.Resource.Key));

    private static bool LacksAddresses(Resource? model) => model is EndpointResource { IsManaged: true, Addresses.IsEmpty: true };
}
