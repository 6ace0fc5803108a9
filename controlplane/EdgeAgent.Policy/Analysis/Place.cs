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

    /// <summary>The name of the Domain Name System whose addresses are meant, whatever they are; null for addresses that are known.</summary>
    public string? Name { get; init; }

    /// <summary>Whether a rule that grants by name means it, whatever it is: the reading of one who must deny nothing that a name may grant.</summary>
    public bool IsAnyName { get; init; }

    public int Number { get; } = number;

    public Slot Slot { get; } = slot;

    public Identity? Host { get; } = host;

    /// <summary>Whether a side of a policy is about the hosts there, by their own labels.</summary>
    public bool IsSubject(PolicyNode node, Direction direction) => Host?.Facts(node, direction) is { } facts && facts.Subject.Contains(index);

    /// <summary>Whether a rule of a policy whose subjects are there is about them.</summary>
    public bool IsSelf(PolicyNode node, Direction direction, int rule) => Host!.Facts(node, direction)!.Rules[rule].Self.Contains(index);

    /// <summary>Whether a rule means the addresses, or the name, as the other end. Which addresses a name has is known to hosts alone: it means none of them.</summary>
    public bool IsPeer(PolicyNode node, Direction direction, int rule)
    {
        var side = node.Resource.Side(direction)!;
        if (IsAnyName && side.Rules[rule].GrantsByName)
            return true;
        if (Host is not null && !side.Rules[rule].GrantsByName)
            return SideFacts.PeerOf(Host.Facts(node, direction), side.Rules[rule], rule, Host.Shape.Slots.Length).Contains(index);
        if (!_peers.TryGetValue(side, out var meant))
            _peers[side] = meant = [.. side.Rules.Select(one => one.Peers is not { } peers || peers.Items.Any(Means))];
        return meant[rule];
    }

    private bool Means(PeerMatch match) => Name is null ? Slot.Matches(match) : NameMeaning.Means(match, Name, Slot.Family, Slot.Known);
}
