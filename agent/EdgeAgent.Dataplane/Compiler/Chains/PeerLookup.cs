using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>One look-up of the peer's address in a set or map.</summary>
/// <param name="Set">The set's name.</param>
/// <param name="Family">The family that the set holds.</param>
/// <param name="PrefixLength">The bits of the address that are looked up.</param>
internal sealed record PeerLookup(string Set, IpFamily Family, int PrefixLength)
{
    private static readonly Register First = new(0);

    /// <summary>Counts in the counter that the map holds for the peer; another peer does not match.</summary>
    public IEnumerable<Expression> Count(Direction direction) => [.. Load(direction), new CountByMap(Set, First)];

    /// <summary>Matches where the set does not hold the peer.</summary>
    public IEnumerable<Expression> Lacks(Direction direction) => [.. Load(direction), new LookupSet(Set, First, true)];

    private EquatableArray<Expression> Load(Direction direction) => Match.LoadAddress(direction == Direction.Inbound, Family, PrefixLength);
}
