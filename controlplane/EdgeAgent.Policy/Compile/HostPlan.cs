using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>What the hosts of an identity must enforce, but for the members of the sets that it names.</summary>
internal sealed class HostPlan
{
    public HostPlan(Identity identity, EquatableArray<Stage> inbound, EquatableArray<Stage> outbound, ImmutableArray<PeerGroup> groups)
    {
        Identity = identity;
        Inbound = inbound;
        Outbound = outbound;
        Groups = groups;
        var rules = inbound.Items.Concat(outbound.Items)
            .SelectMany(stage => stage.Branches.Items)
            .SelectMany(branch => branch.Blocks.Items)
            .SelectMany(block => block.Rules.Items)
            .ToList();
        SetIds = [.. rules.SelectMany(rule => rule.PeerAnyOf.Items.Concat(rule.PeerNoneOf.Items)).Distinct(StringComparer.Ordinal)];
        PortSetIds = [.. rules.SelectMany(rule => rule.PeerPorts.Items).Distinct(StringComparer.Ordinal)];
    }

    public Identity Identity { get; }

    public EquatableArray<Stage> Inbound { get; }

    public EquatableArray<Stage> Outbound { get; }

    /// <summary>The peers of the branches at the other end's half, by set.</summary>
    public ImmutableArray<PeerGroup> Groups { get; }

    /// <summary>The sets that rules name, apart from those of the groups.</summary>
    public ImmutableArray<string> SetIds { get; }

    public ImmutableArray<string> PortSetIds { get; }
}

/// <summary>Identities whose half of a flow reads the same for some host: their hosts' addresses are one set.</summary>
internal sealed class PeerGroup : IEquatable<PeerGroup>
{
    private readonly int _hash;

    public PeerGroup(string setId, ImmutableArray<Identity> members)
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

    public ImmutableArray<Identity> Members { get; }

    public bool Equals(PeerGroup? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && SetId == other.SetId && Members.AsSpan().SequenceEqual(other.Members.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as PeerGroup);

    public override int GetHashCode() => _hash;
}
