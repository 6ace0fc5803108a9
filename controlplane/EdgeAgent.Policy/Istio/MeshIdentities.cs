using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// Principals and namespaces as AuthorizationPolicy sees them. A mesh workload (WorkloadEntry, Pod) gives the host at its address its
/// principal and namespace; a host without one has its own namespace, and the principal of its WorkloadGroup if it is in one.
/// Immutable; a change costs the workloads that it is about and those at their addresses.
/// </summary>
internal sealed record MeshIdentities
{
    private MeshIdentities()
    {
    }

    public static MeshIdentities None { get; } = new();

    /// <summary>The addresses of each namespace and account (empty for none), with the number of endpoints that they are of.</summary>
    public ImmutableSortedDictionary<(string Namespace, string Account), ImmutableDictionary<Cidr, int>> Addresses { get; init; } =
        ImmutableSortedDictionary<(string, string), ImmutableDictionary<Cidr, int>>.Empty.WithComparers(IdentityOrder.Instance);

    /// <summary>Mesh workloads without agent.</summary>
    public ImmutableSortedDictionary<ResourceKey, EndpointResource> Entries { get; init; } = ImmutableSortedDictionary<ResourceKey, EndpointResource>.Empty;

    /// <summary>Those of them that have their own numbers for ports of services.</summary>
    public ImmutableSortedDictionary<ResourceKey, EndpointResource> Renumbering { get; init; } = ImmutableSortedDictionary<ResourceKey, EndpointResource>.Empty;

    /// <summary>Those of them at each address.</summary>
    public ImmutableDictionary<Cidr, ImmutableSortedSet<ResourceKey>> EntriesAt { get; init; } = ImmutableDictionary<Cidr, ImmutableSortedSet<ResourceKey>>.Empty;

    /// <summary>Hosts as workloads, with their group, if they are in one.</summary>
    public ImmutableDictionary<ResourceKey, GroupedHost> Hosts { get; init; } = ImmutableDictionary<ResourceKey, GroupedHost>.Empty;

    /// <summary>The host at each address.</summary>
    public ImmutableDictionary<Cidr, ResourceKey> HostAt { get; init; } = ImmutableDictionary<Cidr, ResourceKey>.Empty;

    /// <summary>How many hosts each namespace has, whatever they are.</summary>
    public ImmutableSortedDictionary<string, int> HostNamespaces { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    public ImmutableSortedDictionary<ResourceKey, WorkloadGroupResource> Groups { get; init; } = ImmutableSortedDictionary<ResourceKey, WorkloadGroupResource>.Empty;

    /// <summary>The hosts of each group.</summary>
    public ImmutableSortedDictionary<ResourceKey, ImmutableSortedSet<ResourceKey>> Members { get; init; } = ImmutableSortedDictionary<ResourceKey, ImmutableSortedSet<ResourceKey>>.Empty;

    /// <summary>Mesh workloads at addresses of hosts.</summary>
    public ImmutableSortedDictionary<ResourceKey, KnownWorkload> AtHosts { get; init; } = ImmutableSortedDictionary<ResourceKey, KnownWorkload>.Empty;

    /// <summary>Workloads that have their own numbers for ports of their services; one instance while it stays.</summary>
    public IReadOnlyList<WorkloadPorts> Ports { get; init; } = [];

    /// <summary>Whether a host has its namespace or account from another resource, so that identities must be told by address.</summary>
    public bool HasForeignIdentities => !AtHosts.IsEmpty || Members.Keys.Any(key => Groups[key].ServiceAccount.Length > 0);
}

/// <summary>A host, the group that it is in, and those of its addresses that no mesh workload has.</summary>
/// <param name="Host">The host.</param>
/// <param name="Group">The first group that has it; null for none.</param>
/// <param name="Own">The addresses.</param>
internal sealed record GroupedHost(EndpointResource Host, WorkloadGroupResource? Group, EquatableArray<Cidr> Own);

/// <summary>By namespace, then by account, each by ordinal.</summary>
internal sealed class IdentityOrder : IComparer<(string Namespace, string Account)>
{
    public static IdentityOrder Instance { get; } = new();

    public int Compare((string Namespace, string Account) x, (string Namespace, string Account) y)
    {
        var byNamespace = string.CompareOrdinal(x.Namespace, y.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(x.Account, y.Account);
    }
}
