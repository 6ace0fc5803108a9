namespace EdgeAgent.Contracts;

/// <summary>The blocks that decide for one group of peers. After the last block's Pass the branch allows.</summary>
/// <param name="PeerSet">The id of the address set of the peers, or null for all peers.</param>
/// <param name="Blocks">The blocks in order.</param>
public sealed record Branch(string? PeerSet, EquatableArray<Block> Blocks)
{
    // Branches are shared by the policies of many hosts: what one says is hashed once.
    private Digest _digest;

    private Branch(Branch other) => (PeerSet, Blocks) = (other.PeerSet, other.Blocks);

    /// <summary>The digest of what the branch says, of its peers the id alone.</summary>
    public Digest Digest => _digest.IsNone ? _digest = Digest.Of(HostPolicyDigest.Text(this)) : _digest;

    /// <inheritdoc/>
    public bool Equals(Branch? other) => ReferenceEquals(this, other) || (other is not null && PeerSet == other.PeerSet && Blocks == other.Blocks);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(PeerSet, Blocks);
}

/// <summary>
/// One end's half of the verdict. The first branch whose peer set holds the peer decides; where none does, the stage allows.
/// A direction allows what all its stages allow.
/// </summary>
public sealed record Stage(EquatableArray<Branch> Branches)
{
    /// <summary>The interfaces that the stage is about; traffic of others it allows. Null for all.</summary>
    public InterfaceMatch? Interface { get; init; }
}
