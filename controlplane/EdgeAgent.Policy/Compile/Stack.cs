using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// The policies that some hosts are subjects of in one direction, with what they say of them: all that the hosts' own blocks depend on,
/// and all that the other end needs to know of them. It stays equal while policies that are not about the hosts come and go.
/// </summary>
internal sealed class Stack : IEquatable<Stack>
{
    private readonly int _hash;

    public Stack(Direction direction, SlotShape shape, EnforcementMode mode, UndecidedTraffic undecided, ImmutableArray<StackEntry> entries)
    {
        Direction = direction;
        Shape = shape;
        IsEnforced = mode is EnforcementMode.Enforce or EnforcementMode.Quarantine;
        Undecided = undecided;
        Entries = entries;
        var hash = new HashCode();
        hash.Add(direction);
        hash.Add(shape);
        foreach (var entry in entries)
            hash.Add(entry);
        _hash = hash.ToHashCode();
        LooksAtPeerPorts = entries.Any(entry => entry.Side.Rules.Items
            .SelectMany(rule => rule.Traffic ?? [])
            .Any(traffic => direction == Direction.Inbound
                ? traffic.SourcePorts is { Names.IsEmpty: false } || traffic.NotSourcePorts is { Names.IsEmpty: false }
                : traffic.NotPorts is { Names.IsEmpty: false }));
    }

    public Direction Direction { get; }

    public SlotShape Shape { get; }

    /// <summary>Whether denials take effect, so that the other end enforces them as well.</summary>
    public bool IsEnforced { get; }

    public UndecidedTraffic Undecided { get; }

    /// <summary>The policies in order.</summary>
    public ImmutableArray<StackEntry> Entries { get; }

    /// <summary>Whether the hosts' own rules depend on which numbers other endpoints' port names stand for.</summary>
    public bool LooksAtPeerPorts { get; }

    public bool Equals(Stack? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && _hash == other._hash
            && (Direction, IsEnforced, Undecided) == (other.Direction, other.IsEnforced, other.Undecided)
            && Shape.Equals(other.Shape)
            && Entries.SequenceEqual(other.Entries));

    public override bool Equals(object? obj) => Equals(obj as Stack);

    public override int GetHashCode() => _hash;
}

/// <summary>One policy of a stack.</summary>
/// <param name="Node">The policy.</param>
/// <param name="Side">Its side for the stack's direction.</param>
/// <param name="Facts">What that side has to do with the hosts.</param>
internal readonly record struct StackEntry(PolicyNode Node, PolicySide Side, SideFacts Facts)
{
    public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(Node), Facts);

    public bool Equals(StackEntry other) => ReferenceEquals(Node, other.Node) && Facts.Equals(other.Facts);
}
