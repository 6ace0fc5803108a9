using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// Hosts that every policy treats alike, as subjects and as the other end. What a host must enforce is computed for identities, and for
/// pairs of them, never for pairs of hosts.
/// </summary>
internal sealed class Identity : IEquatable<Identity>
{
    private readonly Dictionary<PolicyNode, PolicyFacts> _facts;
    private readonly int _hash;

    public Identity(HostClass hosts)
    {
        Concerns = hosts.Concerns;
        Shape = hosts.Shape;
        Mode = hosts.Key.Mode;
        Placement = hosts.Namespace?.Bookend ?? BookendPlacement.Both;
        HoldsElsewhere = hosts.Key.HoldsElsewhere;
        Only = hosts.Key.Only;
        Undecided = hosts.Key.Undecided;
        _facts = Concerns.ToDictionary(concern => concern.Node, concern => concern.Facts);
        var hash = new HashCode();
        hash.Add(Only);
        hash.Add(Mode);
        hash.Add(Shape);
        foreach (var concern in Concerns)
            hash.Add(concern);
        _hash = hash.ToHashCode();
    }

    /// <summary>
    /// What policies have to do with the hosts, in order. A policy that is written anew with the same subjects and peers has the same
    /// facts, and is another.
    /// </summary>
    public ImmutableArray<PolicyConcern> Concerns { get; }

    public SlotShape Shape { get; }

    public EnforcementMode Mode { get; }

    public BookendPlacement Placement { get; }

    public bool HoldsElsewhere { get; }

    public ResourceKey? Only { get; }

    public UndecidedTraffic Undecided { get; }

    /// <summary>What one direction of a policy has to do with the hosts.</summary>
    public SideFacts? Facts(PolicyNode node, Direction direction) => _facts.TryGetValue(node, out var facts) ? facts.Side(direction) : null;

    /// <summary>The policies whose subjects the hosts are in a direction.</summary>
    public Stack StackOf(Direction direction)
    {
        var entries = ImmutableArray.CreateBuilder<StackEntry>();
        foreach (var (node, facts) in Concerns)
        {
            if (facts.Side(direction) is { Subject.IsNone: false } side)
                entries.Add(new(node, node.Resource.Side(direction)!, side));
        }

        return new(direction, Shape, Mode, Undecided, entries.DrainToImmutable());
    }

    /// <summary>
    /// The policies that are about traffic through the hosts, where it arrives or where it leaves; null where none is. What they leave open
    /// is allowed, and it makes no difference which of the hosts' addresses they select.
    /// </summary>
    public Stack? ForwardStackOf(Direction direction) =>
        StackWithoutAddresses(direction, UndecidedTraffic.Allow, node => node.Resource.AppliesOnForward) is { Entries.IsEmpty: false } stack ? stack : null;

    /// <summary>The policies of the hosts for traffic at their machines in which the own end is an address that they do not have; null where no machine tells that apart.</summary>
    public Stack? ElsewhereStackOf(Direction direction) => HoldsElsewhere ? StackWithoutAddresses(direction, Undecided, _ => true) : null;

    private Stack StackWithoutAddresses(Direction direction, UndecidedTraffic undecided, Func<PolicyNode, bool> counts)
    {
        var entries = ImmutableArray.CreateBuilder<StackEntry>();
        foreach (var (node, facts) in Concerns)
        {
            if (counts(node) && facts.Side(direction) is { Subject.IsNone: false } side)
                entries.Add(new(node, node.Resource.Side(direction)!, side with { Subject = ForwardRuleWriter.Whole }));
        }

        return new(direction, Shape, Mode, undecided, entries.DrainToImmutable());
    }

    public bool Equals(Identity? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && _hash == other._hash
            && (Mode, Placement, HoldsElsewhere, Only, Undecided) == (other.Mode, other.Placement, other.HoldsElsewhere, other.Only, other.Undecided)
            && Shape.Equals(other.Shape)
            && Concerns.AsSpan().SequenceEqual(other.Concerns.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as Identity);

    public override int GetHashCode() => _hash;
}
