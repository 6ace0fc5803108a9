namespace EdgeAgent.Testing;

/// <summary>What a host policy differs in from the one before.</summary>
public enum SwapKind
{
    /// <summary>One peer joins a set.</summary>
    PeerIn,

    /// <summary>One peer leaves a set.</summary>
    PeerOut,

    /// <summary>A rule comes to a port that others name, or leaves it.</summary>
    PolicyOnPort,

    /// <summary>A rule names ports or protocols that no other does, or ranges that cut those of others.</summary>
    NewPort,

    /// <summary>A set grows by hundreds of peers, beyond the declared size of its map, or shrinks again.</summary>
    Growth,

    /// <summary>A list of address blocks changes, sometimes to more than an interval map holds.</summary>
    Blocks,

    /// <summary>The rules of a block change places.</summary>
    Order,

    /// <summary>A stage or a branch of a stage comes or goes: the other bookend.</summary>
    Stages,

    /// <summary>Everything is another policy with other sets.</summary>
    Everything,
}
