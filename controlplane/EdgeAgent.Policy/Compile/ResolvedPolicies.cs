using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>The host policy of each identity, with the members of its sets.</summary>
internal sealed record ResolvedPolicies
{
    public static ResolvedPolicies None { get; } = new();

    /// <summary>By the number of the identity.</summary>
    public ImmutableArray<SharedPolicy?> ByNumber { get; init; } = [];

    /// <summary>The sets that rules name.</summary>
    public ImmutableDictionary<string, ResolvedSet> Sets { get; init; } = ImmutableDictionary.Create<string, ResolvedSet>(StringComparer.Ordinal);

    /// <summary>The port sets that rules name.</summary>
    public ImmutableDictionary<string, ResolvedPorts> PortSets { get; init; } = ImmutableDictionary.Create<string, ResolvedPorts>(StringComparer.Ordinal);

    /// <summary>The sets of groups.</summary>
    public ImmutableDictionary<PeerGroup, AddressSet> Groups { get; init; } = ImmutableDictionary<PeerGroup, AddressSet>.Empty;
}

/// <summary>A set and what it means.</summary>
internal sealed record ResolvedSet(SetDefinition Definition, AddressSet Set);

/// <summary>A port set and what it means.</summary>
internal sealed record ResolvedPorts(PortDefinition Definition, PortSet Set);
