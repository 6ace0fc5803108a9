namespace EdgeAgent.Contracts;

/// <summary>The blocks that decide for one group of peers. After the last block's Pass the branch allows.</summary>
/// <param name="PeerSet">The id of the address set of the peers, or null for all peers.</param>
/// <param name="Blocks">The blocks in order.</param>
public sealed record Branch(string? PeerSet, EquatableArray<Block> Blocks);

/// <summary>
/// One end's half of the verdict. The first branch whose peer set holds the peer decides; where none does, the stage allows.
/// A direction allows what all its stages allow.
/// </summary>
public sealed record Stage(EquatableArray<Branch> Branches);
