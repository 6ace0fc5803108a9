using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace EdgeAgent.Policy;

/// <summary>Tells which hosts have another policy than before, without looking at the others.</summary>
internal sealed class Difference
{
    private readonly EngineState _before;
    private readonly EngineState _after;
    private readonly Dictionary<(SharedPolicy?, SharedPolicy), List<ImmutableSortedSet<ResourceKey>>> _parts = new(ReferencePairs.Instance);

    private Difference(EngineState before, EngineState after) => (_before, _after) = (before, after);

    /// <summary>The policies that are others than before, with their hosts.</summary>
    /// <param name="before">The state before.</param>
    /// <param name="after">The state after.</param>
    /// <param name="moves">How hosts moved between classes.</param>
    public static ImmutableArray<PolicyChange> Changed(EngineState before, EngineState after, HostMoves moves)
    {
        var difference = new Difference(before, after);
        for (var number = 0; number < after.Plans.Rows.Length; number++)
        {
            if (after.Plans.Rows[number] is { } row)
                difference.Compare(number, row.Classes, moves);
        }

        difference.CompareMoved(moves.Hosts);
        difference.CompareMachines();
        return [.. difference._parts.Select(pair => new PolicyChange(pair.Key.Item1, pair.Key.Item2, new(pair.Value)))];
    }

    /// <summary>The hosts, sorted, that are gone.</summary>
    /// <param name="before">The state before.</param>
    /// <param name="after">The state after.</param>
    /// <param name="changes">The keys of the resources that changed, sorted.</param>
    public static ImmutableArray<ResourceKey> Removed(EngineState before, EngineState after, IEnumerable<ResourceKey> changes) =>
        [.. changes
            .Where(key => before.World.ClassOf.ContainsKey(key) && !after.World.ClassOf.ContainsKey(key) && !before.MachineOf.ContainsKey(key))
            .Concat(after.MachineOf.Keys.Where(key => before.World.ClassOf.ContainsKey(key) && !before.MachineOf.ContainsKey(key)))
            .Order()];

    /// <summary>Compares for the hosts of an identity that were in their classes before.</summary>
    private void Compare(int number, ImmutableArray<HostClassKey> classes, HostMoves moves)
    {
        var after = _after.Resolved.ByNumber[number]!;
        foreach (var key in classes)
        {
            if (NumberBefore(number, key) is not { } earlier || IsSame(_before.Resolved.ByNumber[earlier], after))
                continue;
            var hosts = _after.World.Members[key].Hosts;
            var stayed = moves.Classes.Contains(key) ? hosts.Except(moves.Hosts.Where(hosts.Contains)) : hosts;
            if (!stayed.IsEmpty)
                Add(_before.Resolved.ByNumber[earlier], after, stayed);
        }
    }

    /// <summary>The number that a class's identity had before; null where there was no such class.</summary>
    private int? NumberBefore(int number, HostClassKey key) =>
        ReferenceEquals(_before.Plans, _after.Plans) ? number : _before.Plans.NumberOf.TryGetValue(key, out var before) ? before : null;

    private void CompareMoved(IEnumerable<ResourceKey> hosts)
    {
        var moved = new Dictionary<(SharedPolicy?, SharedPolicy), List<ResourceKey>>(ReferencePairs.Instance);
        foreach (var host in hosts)
        {
            var before = _before.World.ClassOf.TryGetValue(host, out var old) ? _before.PolicyOf(old) : null;
            var after = _after.PolicyOf(_after.World.ClassOf[host]);
            if (IsSame(before, after))
                continue;
            if (!moved.TryGetValue((before, after), out var alike))
                moved[(before, after)] = alike = [];
            alike.Add(host);
        }

        foreach (var ((before, after), alike) in moved)
            Add(before, after, [.. alike]);
    }

    /// <summary>Takes machines with bound endpoints, and those endpoints, out of the classes and compares each machine by itself.</summary>
    private void CompareMachines()
    {
        var apart = new[] { _before, _after }.SelectMany(state => state.MachinePolicies.Keys.Concat(state.MachineOf.Keys)).ToHashSet();
        if (apart.Count == 0)
            return;
        foreach (var (pair, parts) in _parts)
            _parts[pair] = [.. parts.Select(part => part.Except(apart.Where(part.Contains))).Where(part => !part.IsEmpty)];
        foreach (var empty in _parts.Where(pair => pair.Value.Count == 0).Select(pair => pair.Key).ToList())
            _parts.Remove(empty);
        foreach (var host in apart)
        {
            if (_after.SharedPolicyOf(host) is { } after && _before.SharedPolicyOf(host) is var before && !IsSame(before, after))
                Add(before, after, [host]);
        }
    }

    private void Add(SharedPolicy? before, SharedPolicy after, ImmutableSortedSet<ResourceKey> hosts)
    {
        if (!_parts.TryGetValue((before, after), out var parts))
            _parts[(before, after)] = parts = [];
        parts.Add(hosts);
    }

    private static bool IsSame(SharedPolicy? before, SharedPolicy after) => ReferenceEquals(before, after) || before?.Digest == after.Digest;

    /// <summary>Compares pairs by identity of their parts.</summary>
    private sealed class ReferencePairs : IEqualityComparer<(SharedPolicy?, SharedPolicy)>
    {
        public static ReferencePairs Instance { get; } = new();

        public bool Equals((SharedPolicy?, SharedPolicy) x, (SharedPolicy?, SharedPolicy) y) => ReferenceEquals(x.Item1, y.Item1) && ReferenceEquals(x.Item2, y.Item2);

        public int GetHashCode((SharedPolicy?, SharedPolicy) pair) =>
            HashCode.Combine(RuntimeHelpers.GetHashCode(pair.Item1), RuntimeHelpers.GetHashCode(pair.Item2));
    }
}
