using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Addresses of one family that no policy of a world tells apart, whoever has them.</summary>
/// <param name="number">Its number among the places of the world.</param>
/// <param name="slot">What policies see there, by one of the addresses.</param>
/// <param name="host">The identity of the hosts with agent that have the addresses; null where none has.</param>
/// <param name="index">Which of the identity's slots it is.</param>
internal sealed class Place(int number, Slot slot, Identity? host, int index)
{
    private readonly Dictionary<PolicySide, bool[]> _peers = new(ReferenceEqualityComparer.Instance);

    public int Number { get; } = number;

    public Slot Slot { get; } = slot;

    public Identity? Host { get; } = host;

    /// <summary>Whether a side of a policy is about the hosts there, by their own labels.</summary>
    public bool IsSubject(PolicyNode node, Direction direction) => Host?.Facts(node, direction) is { } facts && facts.Subject.Contains(index);

    /// <summary>Whether a rule of a policy whose subjects are there is about them.</summary>
    public bool IsSelf(PolicyNode node, Direction direction, int rule) => Host!.Facts(node, direction)!.Rules[rule].Self.Contains(index);

    /// <summary>Whether a rule means the addresses as the other end; those of names are known to hosts alone, and count for none.</summary>
    public bool IsPeer(PolicyNode node, Direction direction, int rule)
    {
        var side = node.Resource.Side(direction)!;
        if (Host is not null && !side.Rules[rule].GrantsByName)
            return SideFacts.PeerOf(Host.Facts(node, direction), side.Rules[rule], rule, Host.Shape.Slots.Length).Contains(index);
        if (!_peers.TryGetValue(side, out var meant))
            _peers[side] = meant = [.. side.Rules.Select(one => one.Peers is not { } peers || peers.Items.Any(Slot.Matches))];
        return meant[rule];
    }
}
