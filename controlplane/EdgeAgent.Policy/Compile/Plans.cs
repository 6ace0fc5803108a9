using System.Collections.Immutable;

namespace EdgeAgent.Policy;

/// <summary>
/// The plans of all identities, with what they were made from, so that the next change makes anew only what it touches. Identities have
/// numbers, which stay while other identities come and go, and are given again once their hosts are gone. Nothing that a host is told
/// depends on them.
/// </summary>
internal sealed record Plans
{
    public static Plans None { get; } = new();

    /// <summary>The number of the identity of each class of hosts.</summary>
    public ImmutableDictionary<HostClassKey, int> NumberOf { get; init; } = ImmutableDictionary<HostClassKey, int>.Empty;

    /// <summary>By number; null for numbers that no identity has.</summary>
    public ImmutableArray<IdentityRow?> Rows { get; init; } = [];

    /// <summary>The address sets that rules of some plan name, each once.</summary>
    public ImmutableArray<SetDefinition> Sets { get; init; } = [];

    /// <summary>The port sets that rules of some plan name, each once.</summary>
    public ImmutableArray<PortDefinition> PortSets { get; init; } = [];

    /// <summary>The groups of all plans, each once.</summary>
    public ImmutableArray<PeerGroup> Groups { get; init; } = [];

    /// <summary>The plan of a class of hosts.</summary>
    public HostPlan Of(HostClassKey key) => Rows[NumberOf[key]]!.Plan;

    /// <summary>Whether rules of some identity depend on which numbers other endpoints' port names stand for.</summary>
    public bool LookAtPeerPorts { get; init; }

    /// <summary>Whether rules of some identity depend on which addresses other endpoints have.</summary>
    public bool LookAtMembers { get; init; }
}
