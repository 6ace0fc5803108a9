using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;
using EdgeAgent.Wire;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>
/// Wire forms of one revision's policies, made once and shared by all hosts that need them. Address sets that stay the same are shared with
/// the revisions before and after; what changed in a set is found and encoded once for all policies that it changed in.
/// </summary>
internal sealed class PolicyEncodings
{
    private readonly Revision _revision;
    private readonly ConditionalWeakTable<AddressSet, Wire.V1.AddressSet> _sets;
    private readonly ConcurrentDictionary<Digest, Wire.V1.Snapshot> _snapshots = new();
    private readonly ConcurrentDictionary<(Digest From, Digest To), Wire.V1.Delta> _deltas = new();
    private readonly ConcurrentDictionary<(string Id, Digest From, Digest To), AddressSetChange> _setChanges = new();
    private readonly ConditionalWeakTable<AddressSetChange, Wire.V1.AddressSetChange> _encodedChanges = [];

    /// <summary>Begins with nothing.</summary>
    public PolicyEncodings(Revision revision)
        : this(revision, [])
    {
    }

    private PolicyEncodings(Revision revision, ConditionalWeakTable<AddressSet, Wire.V1.AddressSet> sets) => (_revision, _sets) = (revision, sets);

    /// <summary>The encodings of another revision.</summary>
    public PolicyEncodings At(Revision revision) => new(revision, _sets);

    /// <summary>The whole policy; sets that the host holds go without content.</summary>
    public Wire.V1.Snapshot Snapshot(SharedPolicy policy, IReadOnlySet<Digest> held) =>
        held.Count > 0 && policy.Policy.Sets.Values.Any(set => held.Contains(set.Digest))
            ? Encode(policy, held.Contains)
            : _snapshots.GetOrAdd(policy.Digest, _ => Encode(policy, null));

    /// <summary>The way from one policy to another.</summary>
    public Wire.V1.Delta Delta(SharedPolicy from, SharedPolicy to) => _deltas.GetOrAdd((from.Digest, to.Digest), _ =>
    {
        var delta = HostPolicyMapping.ToWire(to.DeltaFrom(from, Change), change => _encodedChanges.GetValue(change, SetMapping.ToWire));
        delta.Revision = _revision.Number;
        return delta;
    });

    private AddressSetChange Change(AddressSet? from, AddressSet to) =>
        _setChanges.GetOrAdd((to.Id, from?.Digest ?? default, to.Digest), static (_, sets) => AddressSetChange.Between(sets.from, sets.to), (from, to));

    private Wire.V1.Snapshot Encode(SharedPolicy policy, Func<Digest, bool>? holds)
    {
        var snapshot = HostPolicyMapping.ToWire(policy.Policy, holds, set => _sets.GetValue(set, SetMapping.ToWire), policy.Digest);
        snapshot.Revision = _revision.Number;
        return snapshot;
    }
}
