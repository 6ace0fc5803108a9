using System.Collections.Immutable;

namespace EdgeAgent.Policy;

/// <summary>What the policies of a stack have to do with some hosts at the other end; null where nothing.</summary>
internal sealed class View : IEquatable<View>
{
    private readonly int _hash;

    public View(Stack stack, Identity host)
    {
        Shape = host.Shape;
        var facts = ImmutableArray.CreateBuilder<SideFacts?>(stack.Entries.Length);
        var hash = new HashCode();
        hash.Add(Shape);
        foreach (var entry in stack.Entries)
        {
            var side = host.Facts(entry.Node, stack.Direction);
            facts.Add(side);
            hash.Add(side);
        }

        Facts = facts.MoveToImmutable();
        _hash = hash.ToHashCode();
    }

    public SlotShape Shape { get; }

    /// <summary>For each policy of the stack.</summary>
    public ImmutableArray<SideFacts?> Facts { get; }

    public bool Equals(View? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && Shape.Equals(other.Shape) && Facts.AsSpan().SequenceEqual(other.Facts.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as View);

    public override int GetHashCode() => _hash;
}
