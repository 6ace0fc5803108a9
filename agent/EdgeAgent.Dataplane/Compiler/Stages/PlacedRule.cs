using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>A rule with its place in a direction's stages, and its sets by number.</summary>
/// <param name="Ordinal">Ascending over the whole direction.</param>
/// <param name="Stage">The stage's index.</param>
/// <param name="Branch">The branch that the rule is in.</param>
/// <param name="Block">The block's number, unique in the direction.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Policy">What the kernel calls its policy.</param>
internal sealed record PlacedRule(int Ordinal, int Stage, PlacedBranch Branch, int Block, Rule Rule, string Policy)
{
    /// <summary>Whether something other than peer, protocol and destination port is looked at.</summary>
    public bool HasSideConditions { get; } =
        !(Rule.SourcePorts.IsEmpty && Rule.SelfAnyOf.IsEmpty && Rule.SelfNoneOf.IsEmpty) || Rule.Icmp is not null;
}

/// <summary>A rule as it reads where protocol and ports are known: only the peer is left to look at.</summary>
/// <param name="Placed">The rule.</param>
/// <param name="Peers">Sets of which one must hold the peer; null for any peer.</param>
/// <param name="PortPeers">Sets, made of port sets, of which one must hold the peer too; null where there is no such condition.</param>
/// <param name="NotPeers">Sets of which none may hold the peer.</param>
internal sealed record PeerRule(PlacedRule Placed, int[]? Peers, int[]? PortPeers, int[] NotPeers)
{
    public int Ordinal => Placed.Ordinal;

    public Rule Rule => Placed.Rule;

    /// <summary>The sets that a matching peer must be in one of; null for any peer.</summary>
    public int[]? Holders => PortPeers ?? Peers;

    public bool Holds(PeerClass peer) =>
        (Rule.Family is null || Rule.Family == peer.Family)
        && (Peers is null || peer.IsInAny(Peers))
        && (PortPeers is null || peer.IsInAny(PortPeers))
        && !peer.IsInAny(NotPeers);
}
