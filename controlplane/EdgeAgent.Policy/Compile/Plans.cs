using System.Collections.Immutable;

namespace EdgeAgent.Policy;

/// <summary>The plans of all identities, with what they were made from, so that the next change makes anew only what it touches.</summary>
internal sealed record Plans
{
    public static Plans None { get; } = new();

    /// <summary>The identity of each class of hosts.</summary>
    public ImmutableDictionary<HostClassKey, Identity> IdentityOf { get; init; } = ImmutableDictionary<HostClassKey, Identity>.Empty;

    /// <summary>The plan of each identity.</summary>
    public ImmutableDictionary<Identity, HostPlan> ByIdentity { get; init; } = ImmutableDictionary<Identity, HostPlan>.Empty;

    /// <summary>The own blocks of each stack.</summary>
    public ImmutableDictionary<Stack, OwnBlocks> Own { get; init; } = ImmutableDictionary<Stack, OwnBlocks>.Empty;

    /// <summary>What each stack leaves for hosts at the other end.</summary>
    public ImmutableDictionary<Stack, ImmutableDictionary<View, Residue>> Residues { get; init; } = ImmutableDictionary<Stack, ImmutableDictionary<View, Residue>>.Empty;

    /// <summary>What the sets mean that rules name, also rules that no plan needs at present.</summary>
    public ImmutableDictionary<string, SetDefinition> Sets { get; init; } = ImmutableDictionary.Create<string, SetDefinition>(StringComparer.Ordinal);

    /// <summary>What the port sets mean that rules name.</summary>
    public ImmutableDictionary<string, PortDefinition> PortSets { get; init; } = ImmutableDictionary.Create<string, PortDefinition>(StringComparer.Ordinal);

    /// <summary>The ids of the sets that plans name.</summary>
    public ImmutableHashSet<string> NamedSets { get; init; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The ids of the port sets that plans name.</summary>
    public ImmutableHashSet<string> NamedPortSets { get; init; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);
}

/// <summary>The blocks of a stack for its own hosts.</summary>
internal sealed record OwnBlocks(Contracts.EquatableArray<Contracts.Block> Blocks);
