using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace EdgeAgent.Contracts;

/// <summary>
/// A host policy's digest with the parts that it is made of: mode, stages, port sets, and the address sets in buckets by id.
/// After a change only the parts are made anew that changed, and two summaries tell which sets differ without looking at all.
/// </summary>
public sealed class HostPolicySummary
{
    private const int Buckets = 256;

    private readonly EnforcementMode _mode;
    private readonly StagesDigest _inbound;
    private readonly StagesDigest _outbound;
    private readonly ImmutableSortedDictionary<string, PortSet> _portSets;
    private readonly Digest _ports;
    private readonly ImmutableSortedDictionary<string, DomainSet> _domainSets;
    private readonly Digest _domains;
    private readonly ImmutableArray<Bucket> _buckets;

    private HostPolicySummary(HostPolicy policy, StagesDigest inbound, StagesDigest outbound, Digest ports, Digest domains, ImmutableArray<Bucket> buckets)
    {
        (_mode, _inbound, _outbound, _portSets, _ports, _buckets) = (policy.Mode, inbound, outbound, policy.PortSets, ports, buckets);
        (_domainSets, _domains) = (policy.DomainSets, domains);
        Digest = Combined();
    }

    private readonly record struct StagesDigest(ImmutableArray<Stage> Stages, Digest Digest);

    /// <summary>The digest of the policy's meaning (<see cref="HostPolicyDigest"/>).</summary>
    public Digest Digest { get; }

    /// <summary>The summary of a policy.</summary>
    public static HostPolicySummary Of(HostPolicy policy)
    {
        var sets = new List<AddressSet>?[Buckets];
        foreach (var set in policy.Sets.Values)
            (sets[BucketOf(set.Id)] ??= []).Add(set);
        return new(policy, Stages(policy.Inbound), Stages(policy.Outbound), Ports(policy.PortSets), Domains(policy.DomainSets), [.. sets.Select(bucket => bucket is null ? Bucket.Empty : new Bucket([.. bucket]))]);
    }

    /// <summary>The summary of the policy that this one's became.</summary>
    /// <param name="policy">The policy after the change.</param>
    /// <param name="changedSets">The ids of all address sets that were added, changed or removed.</param>
    public HostPolicySummary After(HostPolicy policy, IEnumerable<string> changedSets)
    {
        var buckets = _buckets;
        foreach (var ids in changedSets.GroupBy(BucketOf))
            buckets = buckets.SetItem(ids.Key, buckets[ids.Key].With(ids, policy.Sets));
        return new(
            policy,
            policy.Inbound.Items == _inbound.Stages ? _inbound : Stages(policy.Inbound),
            policy.Outbound.Items == _outbound.Stages ? _outbound : Stages(policy.Outbound),
            ReferenceEquals(policy.PortSets, _portSets) ? _ports : Ports(policy.PortSets),
            ReferenceEquals(policy.DomainSets, _domainSets) ? _domains : Domains(policy.DomainSets),
            buckets);
    }

    /// <summary>
    /// Finds what changed in the address sets between two policies. False where anything else may have changed: mode, stages, port sets or
    /// sets of names, which are compared by reference, or the ids of the sets.
    /// </summary>
    /// <param name="from">The policy before.</param>
    /// <param name="to">The policy after.</param>
    /// <param name="changes">The sets of other content, before and after.</param>
    public static bool TryCompareSets(HostPolicySummary from, HostPolicySummary to, out List<(AddressSet From, AddressSet To)> changes)
    {
        changes = [];
        if (from._mode != to._mode || from._inbound.Stages != to._inbound.Stages || from._outbound.Stages != to._outbound.Stages || !ReferenceEquals(from._portSets, to._portSets)
            || !ReferenceEquals(from._domainSets, to._domainSets))
            return false;
        for (var i = 0; i < Buckets; i++)
        {
            if (!ReferenceEquals(from._buckets[i], to._buckets[i]) && !Bucket.TryCompare(from._buckets[i], to._buckets[i], changes))
                return false;
        }

        return true;
    }

    private Digest Combined()
    {
        var bytes = new byte[4 + (5 * Digest.Length) + (Buckets * (1 + SHA256.HashSizeInBytes))];
        BinaryPrimitives.WriteInt32BigEndian(bytes, (int)_mode);
        var length = 4;
        foreach (var digest in (ReadOnlySpan<Digest>)[_inbound.Digest, _outbound.Digest, _ports])
            length += Encoding.ASCII.GetBytes(digest.Hex, bytes.AsSpan(length));
        for (var i = 0; i < Buckets; i++)
        {
            if (_buckets[i].IsEmpty)
                continue;
            bytes[length] = (byte)i;
            _buckets[i].Hash.CopyTo(bytes, length + 1);
            length += 1 + SHA256.HashSizeInBytes;
        }

        // A policy without names has the digest that it had before there were any.
        if (!_domains.IsNone)
            length += Encoding.ASCII.GetBytes(_domains.Hex, bytes.AsSpan(length));
        return Digest.Of(bytes.AsSpan(0, length));
    }

    private static StagesDigest Stages(EquatableArray<Stage> stages) => new(stages.Items, Digest.Of(HostPolicyDigest.Text(stages)));

    private static Digest Ports(ImmutableSortedDictionary<string, PortSet> sets) => Digest.Of(string.Join('\n', sets.Values.Select(set => $"{set.Id} {set.Digest}")));

    private static Digest Domains(ImmutableSortedDictionary<string, DomainSet> sets) => sets.IsEmpty ? default : Digest.Of(string.Join('\n', sets.Values));

    // FNV-1a, 32 bits.
    private static int BucketOf(string id)
    {
        var hash = 2166136261u;
        foreach (var c in id)
            hash = (hash ^ c) * 16777619;
        return (int)((hash ^ (hash >> 16)) % Buckets);
    }

    /// <summary>Address sets in ascending order of their ids.</summary>
    private sealed class Bucket(ImmutableArray<AddressSet> sets)
    {
        private byte[]? _hash;

        public static Bucket Empty { get; } = new([]);

        public bool IsEmpty => sets.IsEmpty;

        public byte[] Hash => _hash ??= SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', sets.Select(set => $"{set.Id} {set.Digest}"))));

        private ImmutableArray<AddressSet> Sets => sets;

        public Bucket With(IEnumerable<string> ids, ImmutableSortedDictionary<string, AddressSet> from)
        {
            var result = sets.ToBuilder();
            foreach (var id in ids)
            {
                var at = 0;
                while (at < result.Count && string.CompareOrdinal(result[at].Id, id) < 0)
                    at++;
                if (at < result.Count && result[at].Id == id)
                    result.RemoveAt(at);
                if (from.TryGetValue(id, out var set))
                    result.Insert(at, set);
            }

            return new(result.ToImmutable());
        }

        public static bool TryCompare(Bucket from, Bucket to, List<(AddressSet, AddressSet)> changes)
        {
            if (from.Sets.Length != to.Sets.Length)
                return false;
            for (var i = 0; i < from.Sets.Length; i++)
            {
                var (before, after) = (from.Sets[i], to.Sets[i]);
                if (before.Id != after.Id)
                    return false;
                if (!ReferenceEquals(before, after) && before.Digest != after.Digest)
                    changes.Add((before, after));
            }

            return true;
        }
    }
}
