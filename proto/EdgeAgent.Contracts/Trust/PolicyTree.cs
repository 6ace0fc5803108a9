using System.Collections.Immutable;
using System.Globalization;

namespace EdgeAgent.Contracts;

/// <summary>Hosts of one policy that are to have another.</summary>
/// <param name="Before">The policy that all of them had; none for hosts that are new.</param>
/// <param name="After">The policy that they are to have.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Hosts">Their names; walked only where they leave others behind, or join them.</param>
public sealed record PolicyMove(Digest Before, Digest After, int Count, IEnumerable<string> Hosts);

/// <summary>
/// What every host of a fleet is to enforce, under one hash. Hosts are in groups of one policy each: one Merkle tree says which group a
/// host is in, another which policy a group has, so that a change which all hosts of a policy share costs one leaf and not all of them.
/// Groups are named by number, so that the hash tells how a fleet came about, too. Never changes.
/// </summary>
public sealed class PolicyTree
{
    private readonly MerkleMap _hosts;
    private readonly MerkleMap _policies;
    private readonly ImmutableDictionary<string, Group> _groups;
    private readonly ImmutableDictionary<Digest, string> _byPolicy;
    private readonly long _last;
    private byte[]? _root;

    private PolicyTree(MerkleMap hosts, MerkleMap policies, ImmutableDictionary<string, Group> groups, ImmutableDictionary<Digest, string> byPolicy, long last) =>
        (_hosts, _policies, _groups, _byPolicy, _last) = (hosts, policies, groups, byPolicy, last);

    /// <summary>No hosts.</summary>
    public static PolicyTree Empty { get; } = new(MerkleMap.Empty, MerkleMap.Empty, ImmutableDictionary<string, Group>.Empty, ImmutableDictionary<Digest, string>.Empty, 0);

    /// <summary>The hash over all hosts; computed when it is asked for.</summary>
    public ReadOnlyMemory<byte> Root => _root ??= PolicyProof.Join(_hosts.Root.Span, _policies.Root.Span);

    /// <summary>The tree with other policies for some hosts.</summary>
    /// <param name="moves">No host is in two of them.</param>
    /// <param name="removed">Hosts that are gone; none of them is in a move.</param>
    public PolicyTree With(IEnumerable<PolicyMove> moves, IEnumerable<string> removed)
    {
        var change = new Moving(this);
        foreach (var host in removed)
            change.Leave(host);
        foreach (var move in change.Inherit([.. moves]))
            change.Make(move);
        return change.Done();
    }

    /// <summary>What proves a host's policy; null where the tree has no such host.</summary>
    public PolicyProof? ProofOf(string host) => _hosts.ProofOf(host) is { } group ? new(group.Value, group.Path, _policies.ProofOf(group.Value)!.Value.Path) : null;

    private readonly record struct Group(Digest Policy, int Hosts);

    private sealed class Moving(PolicyTree before)
    {
        private readonly Dictionary<string, string?> _placed = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string?> _told = new(StringComparer.Ordinal);
        private readonly ImmutableDictionary<string, Group>.Builder _groups = before._groups.ToBuilder();
        private readonly ImmutableDictionary<Digest, string>.Builder _byPolicy = before._byPolicy.ToBuilder();
        private long _last = before._last;

        public PolicyTree Done() => _placed.Count + _told.Count == 0 ? before
            : new(before._hosts.With(_placed), before._policies.With(_told), _groups.ToImmutable(), _byPolicy.ToImmutable(), _last);

        public void Leave(string host)
        {
            _placed[host] = null;
            if (before._hosts.ValueOf(host) is not { } name)
                return;
            var group = _groups[name];
            if (group.Hosts > 1)
            {
                _groups[name] = group with { Hosts = group.Hosts - 1 };
                return;
            }

            _groups.Remove(name);
            _told[name] = null;
            if (_byPolicy.TryGetValue(group.Policy, out var holder) && holder == name)
                _byPolicy.Remove(group.Policy);
        }

        /// <summary>Where all of a group move, most of them stay together and it becomes theirs; the moves that are left.</summary>
        public List<PolicyMove> Inherit(PolicyMove[] moves)
        {
            var most = new Dictionary<Digest, (PolicyMove Largest, int Hosts)>();
            foreach (var move in moves)
            {
                var (largest, hosts) = most.GetValueOrDefault(move.Before, (move, 0));
                most[move.Before] = (move.Count > largest.Count ? move : largest, hosts + move.Count);
            }

            var heirs = new List<(string Group, PolicyMove Move)>();
            foreach (var (policy, (heir, hosts)) in most)
            {
                if (!_byPolicy.TryGetValue(policy, out var group) || _groups[group].Hosts != hosts)
                    continue;
                heirs.Add((group, heir));
                _byPolicy.Remove(policy);
            }

            var left = moves.ToHashSet(ReferenceEqualityComparer.Instance);
            foreach (var (group, move) in heirs)
            {
                if (_byPolicy.ContainsKey(move.After))
                    continue;
                Tell(group, new(move.After, _groups[group].Hosts));
                left.Remove(move);
            }

            return [.. moves.Where(left.Contains)];
        }

        public void Make(PolicyMove move)
        {
            foreach (var host in move.Hosts)
            {
                Leave(host);
                Join(host, move.After);
            }
        }

        private void Join(string host, Digest policy)
        {
            if (_byPolicy.TryGetValue(policy, out var name))
            {
                _groups[name] = _groups[name] with { Hosts = _groups[name].Hosts + 1 };
            }
            else
            {
                name = (++_last).ToString(CultureInfo.InvariantCulture);
                Tell(name, new(policy, 1));
            }

            _placed[host] = name;
        }

        private void Tell(string name, Group group)
        {
            _groups[name] = group;
            _byPolicy[group.Policy] = name;
            _told[name] = group.Policy.Hex;
        }
    }
}
