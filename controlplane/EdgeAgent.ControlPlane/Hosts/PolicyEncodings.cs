using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using EdgeAgent.Contracts;
using EdgeAgent.Wire;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>
/// Wire forms of one revision's policies, made once and shared by all hosts that need them. Address sets and digests of what stays the same
/// are shared with the revisions before and after.
/// </summary>
internal sealed class PolicyEncodings
{
    private readonly Revision _revision;
    private readonly ConditionalWeakTable<AddressSet, Wire.V1.AddressSet> _sets;
    private readonly ConditionalWeakTable<HostPolicy, StrongBox<Digest>> _digests;
    private readonly ConcurrentDictionary<Digest, Wire.V1.Snapshot> _snapshots = new();
    private readonly ConcurrentDictionary<(Digest From, Digest To), Wire.V1.Delta> _deltas = new();

    /// <summary>Begins with nothing.</summary>
    public PolicyEncodings(Revision revision)
        : this(revision, [], [])
    {
    }

    private PolicyEncodings(Revision revision, ConditionalWeakTable<AddressSet, Wire.V1.AddressSet> sets, ConditionalWeakTable<HostPolicy, StrongBox<Digest>> digests) =>
        (_revision, _sets, _digests) = (revision, sets, digests);

    /// <summary>The encodings of another revision.</summary>
    public PolicyEncodings At(Revision revision) => new(revision, _sets, _digests);

    /// <summary>The digest of a policy.</summary>
    public Digest DigestOf(HostPolicy policy) => _digests.GetValue(policy, static policy => new(HostPolicyDigest.Of(policy))).Value;

    /// <summary>The whole policy; sets that the host holds go without content.</summary>
    public Wire.V1.Snapshot Snapshot(HostPolicy policy, IReadOnlySet<Digest> held) =>
        policy.Sets.Values.Any(set => held.Contains(set.Digest))
            ? Encode(policy, held.Contains)
            : _snapshots.GetOrAdd(DigestOf(policy), _ => Encode(policy, null));

    /// <summary>The way from one policy to another.</summary>
    public Wire.V1.Delta Delta(HostPolicy from, HostPolicy to) => _deltas.GetOrAdd((DigestOf(from), DigestOf(to)), _ =>
    {
        var delta = HostPolicyMapping.ToWire(HostPolicyDelta.Between(from, to));
        delta.Revision = _revision.Number;
        return delta;
    });

    private Wire.V1.Snapshot Encode(HostPolicy policy, Func<Digest, bool>? holds)
    {
        var snapshot = HostPolicyMapping.ToWire(policy, holds, set => _sets.GetValue(set, SetMapping.ToWire));
        snapshot.Revision = _revision.Number;
        return snapshot;
    }
}
