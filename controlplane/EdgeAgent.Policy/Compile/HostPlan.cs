using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>What the hosts of an identity must enforce, but for the members of the sets that it names.</summary>
/// <param name="mode">How they treat it.</param>
/// <param name="inbound">The stages towards them.</param>
/// <param name="outbound">The stages from them.</param>
/// <param name="forwardIn">The stages of traffic through them, where it arrives.</param>
/// <param name="forwardOut">The stages of traffic through them, where it leaves.</param>
/// <param name="groups">The peers of the branches at the other end's half, by set.</param>
/// <param name="sets">The sets that rules name, apart from those of the groups.</param>
internal sealed class HostPlan(
    EnforcementMode mode,
    EquatableArray<Stage> inbound,
    EquatableArray<Stage> outbound,
    EquatableArray<Stage> forwardIn,
    EquatableArray<Stage> forwardOut,
    EquatableArray<PeerGroup> groups,
    NamedSets sets)
{
    private readonly HashSet<PeerGroup> _groups = [.. groups];
    private readonly HashSet<string> _ids = new(sets.Addresses.Select(set => set.Id).Concat(sets.Ports.Select(set => set.Id)), StringComparer.Ordinal);

    public EnforcementMode Mode { get; } = mode;

    public EquatableArray<Stage> Inbound { get; } = inbound;

    public EquatableArray<Stage> Outbound { get; } = outbound;

    public EquatableArray<Stage> ForwardIn { get; } = forwardIn;

    public EquatableArray<Stage> ForwardOut { get; } = forwardOut;

    public EquatableArray<PeerGroup> Groups { get; } = groups;

    public NamedSets Sets { get; } = sets;

    /// <summary>Whether a group is one of the plan's.</summary>
    public bool Has(PeerGroup group) => _groups.Contains(group);

    /// <summary>Whether rules name a set, or a port set.</summary>
    public bool Names(string id) => _ids.Contains(id);

    /// <summary>Whether two plans say the same.</summary>
    public bool SaysTheSameAs(HostPlan other) =>
        Mode == other.Mode && Inbound == other.Inbound && Outbound == other.Outbound
        && ForwardIn == other.ForwardIn && ForwardOut == other.ForwardOut && Groups == other.Groups
        && Sets.Addresses.SequenceEqual(other.Sets.Addresses) && Sets.Ports.SequenceEqual(other.Sets.Ports) && Sets.Domains.SequenceEqual(other.Sets.Domains);
}

/// <summary>Identities whose half of a flow reads the same for some host: their hosts' addresses are one set.</summary>
internal sealed class PeerGroup : IEquatable<PeerGroup>
{
    private readonly int _hash;

    /// <param name="setId">The id of the set.</param>
    /// <param name="members">The numbers of the identities, ascending.</param>
    public PeerGroup(string setId, ImmutableArray<int> members)
    {
        SetId = setId;
        Members = members;
        var hash = new HashCode();
        hash.Add(setId, StringComparer.Ordinal);
        foreach (var member in members)
            hash.Add(member);
        _hash = hash.ToHashCode();
    }

    public string SetId { get; }

    public ImmutableArray<int> Members { get; }

    public bool Equals(PeerGroup? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && SetId == other.SetId && Members.AsSpan().SequenceEqual(other.Members.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as PeerGroup);

    public override int GetHashCode() => _hash;
}
