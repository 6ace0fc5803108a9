using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>The host policy of each identity, with the members of its sets.</summary>
internal sealed record ResolvedPolicies
{
    public static ResolvedPolicies None { get; } = new();

    /// <summary>At no revision.</summary>
    public ImmutableDictionary<HostPlan, HostPolicy> ByPlan { get; init; } = ImmutableDictionary<HostPlan, HostPolicy>.Empty;

    /// <summary>The sets that rules name.</summary>
    public ImmutableDictionary<string, (SetDefinition Definition, AddressSet Set)> Sets { get; init; } =
        ImmutableDictionary.Create<string, (SetDefinition Definition, AddressSet Set)>(StringComparer.Ordinal);

    public ImmutableDictionary<string, (PortDefinition Definition, PortSet Set)> PortSets { get; init; } =
        ImmutableDictionary.Create<string, (PortDefinition Definition, PortSet Set)>(StringComparer.Ordinal);

    /// <summary>The sets of groups, with the members of the classes that they were made from.</summary>
    public ImmutableDictionary<PeerGroup, (ImmutableArray<ClassMembers> Members, AddressSet Set)> Groups { get; init; } =
        ImmutableDictionary<PeerGroup, (ImmutableArray<ClassMembers> Members, AddressSet Set)>.Empty;
}
