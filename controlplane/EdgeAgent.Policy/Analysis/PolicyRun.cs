using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>The enforced rules about the hosts of a place in one direction, in the order in which they decide.</summary>
internal sealed class PolicyRun : IEquatable<PolicyRun>
{
    private readonly ImmutableArray<object> _key;
    private readonly int _hash;

    private PolicyRun(Place own, Direction direction, ImmutableArray<RunTier> tiers)
    {
        Direction = direction;
        Tiers = tiers;
        Undecided = own.Host!.Undecided;
        Ports = own.Slot.Ports;
        Family = own.Slot.Family;
        _key = [.. tiers.SelectMany(tier => tier.Steps.Select(step => (object)step.Rule).Prepend(tier.Closes))];
        var hash = new HashCode();
        hash.Add(Ports);
        foreach (var part in _key)
            hash.Add(part is bool ? part.GetHashCode() : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(part));
        _hash = hash.ToHashCode();
    }

    public Direction Direction { get; }

    public ImmutableArray<RunTier> Tiers { get; }

    public UndecidedTraffic Undecided { get; }

    /// <summary>What comes of the rules, by what they see of the other end.</summary>
    public Dictionary<string, HalfVerdict> ByView { get; } = new(StringComparer.Ordinal);

    /// <summary>What comes of them, by the number of the other end's place.</summary>
    public Dictionary<int, HalfVerdict?> ByPeer { get; } = [];

    private EquatableArray<NamedPort> Ports { get; }

    private IpFamily Family { get; }

    /// <summary>The rules about the hosts of a place.</summary>
    public static PolicyRun Of(Place own, Direction direction)
    {
        var tiers = own.Host!.Concerns
            .Where(concern => concern.Node.Resource.Mode == PolicyMode.Enforce && own.IsSubject(concern.Node, direction))
            .GroupBy(concern => concern.Node.Tier.Key.Name)
            .Select(tier => Tier([.. tier.Select(concern => concern.Node)], own, direction));
        return new(own, direction, [.. tiers]);
    }

    /// <summary>All that the rules can see of the other end: places of equal views are treated alike.</summary>
    public string ViewOf(Place peer)
    {
        var view = new System.Text.StringBuilder();
        foreach (var tier in Tiers)
        {
            foreach (var step in tier.Steps)
                view.Append(peer.IsPeer(step.Node, Direction, step.Index) ? '1' : '0');
        }

        foreach (var port in peer.Slot.Ports)
            view.Append(port);
        return view.ToString();
    }

    public bool Equals(PolicyRun? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && (_hash, Direction, Undecided, Family, Ports) == (other._hash, other.Direction, other.Undecided, other.Family, other.Ports)
            && _key.Length == other._key.Length
            && _key.Zip(other._key).All(pair => pair.First is bool ? pair.First.Equals(pair.Second) : ReferenceEquals(pair.First, pair.Second)));

    public override bool Equals(object? obj) => Equals(obj as PolicyRun);

    public override int GetHashCode() => _hash;

    private static RunTier Tier(List<PolicyNode> nodes, Place own, Direction direction) => new(
        [
            .. from node in nodes
               from pair in node.Resource.Side(direction)!.Rules.Select((rule, index) => (Rule: rule, Index: index))
               where pair.Rule.Verdict != Verdict.Log && own.IsSelf(node, direction, pair.Index)
               select new RunStep(node, direction, pair.Rule, pair.Index),
        ],
        nodes.Exists(node => node.Resource.Side(direction)!.Isolates && node.Tier.DefaultAction == BlockEnd.Deny));
}

/// <param name="Steps">The rules of the tier in order.</param>
/// <param name="Closes">Whether the end of the tier denies.</param>
internal sealed record RunTier(ImmutableArray<RunStep> Steps, bool Closes);

/// <summary>A rule in its place.</summary>
/// <param name="Node">The policy.</param>
/// <param name="Direction">Which side of it.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Index">Its place in the side.</param>
internal sealed record RunStep(PolicyNode Node, Direction Direction, PolicyRule Rule, int Index)
{
    /// <summary>By place alone: what a rule says is long, and the policy's node tells it.</summary>
    public bool Equals(RunStep? other) => other is not null && ReferenceEquals(Node, other.Node) && (Direction, Index) == (other.Direction, other.Index);

    public override int GetHashCode() => HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(Node), Direction, Index);
}
