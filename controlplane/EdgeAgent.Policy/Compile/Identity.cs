using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// Hosts that every policy treats alike, as subjects and as the other end. What a host must enforce is computed for identities, and for
/// pairs of them, never for pairs of hosts.
/// </summary>
internal sealed class Identity : IEquatable<Identity>
{
    private readonly int _hash;

    public Identity(HostClass sample, ImmutableArray<PolicyNode> policies)
    {
        Facts = sample.Facts;
        Shape = new(sample.Slots, sample.Key.Only is not null);
        Mode = sample.Key.Mode;
        Placement = sample.Namespace?.Bookend ?? BookendPlacement.Both;
        Only = sample.Key.Only;
        InboundPlaces = PlacesOf(Direction.Inbound);
        OutboundPlaces = PlacesOf(Direction.Outbound);
        Inbound = StackOf(Direction.Inbound, sample.Key.Undecided, policies);
        Outbound = StackOf(Direction.Outbound, sample.Key.Undecided, policies);
        _hash = Hash();
    }

    /// <summary>For each policy in order.</summary>
    public ImmutableArray<PolicyFacts?> Facts { get; }

    public SlotShape Shape { get; }

    public EnforcementMode Mode { get; }

    public BookendPlacement Placement { get; }

    public ResourceKey? Only { get; }

    private Stack Inbound { get; }

    private Stack Outbound { get; }

    private ImmutableArray<int> InboundPlaces { get; }

    private ImmutableArray<int> OutboundPlaces { get; }

    /// <summary>The policies whose subjects the hosts are in a direction.</summary>
    public Stack Subject(Direction direction) => direction == Direction.Inbound ? Inbound : Outbound;

    /// <summary>The places of those policies among all.</summary>
    public ImmutableArray<int> Places(Direction direction) => direction == Direction.Inbound ? InboundPlaces : OutboundPlaces;

    /// <summary>
    /// Whether two identities are alike, also across a change of policies: a policy that is written anew with the same subjects and peers
    /// has the same facts, but makes other stacks.
    /// </summary>
    public bool Equals(Identity? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && _hash == other._hash
            && (Mode, Placement, Only) == (other.Mode, other.Placement, other.Only)
            && Inbound.Equals(other.Inbound)
            && Outbound.Equals(other.Outbound)
            && Shape.Equals(other.Shape)
            && Facts.AsSpan().SequenceEqual(other.Facts.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as Identity);

    public override int GetHashCode() => _hash;

    private ImmutableArray<int> PlacesOf(Direction direction)
    {
        var result = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < Facts.Length; i++)
        {
            if (Facts[i]?.Side(direction) is { Subject.IsNone: false })
                result.Add(i);
        }

        return result.ToImmutable();
    }

    private Stack StackOf(Direction direction, UndecidedTraffic undecided, ImmutableArray<PolicyNode> policies) => new(
        direction,
        Shape,
        Mode,
        undecided,
        [.. Places(direction).Select(place => new StackEntry(policies[place], policies[place].Resource.Side(direction)!, Facts[place]!.Side(direction)!))]);

    private int Hash()
    {
        var hash = new HashCode();
        hash.Add(Only);
        hash.Add(Mode);
        hash.Add(Shape);
        foreach (var facts in Facts)
            hash.Add(facts);
        return hash.ToHashCode();
    }
}
