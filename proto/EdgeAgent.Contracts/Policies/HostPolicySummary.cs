using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace EdgeAgent.Contracts;

/// <summary>
/// A host policy's digest with the parts that it is made of: mode, stages, port sets, and the address sets by id. After a change only the
/// parts are made anew that changed, and two summaries tell which sets differ without looking at all.
/// </summary>
public sealed class HostPolicySummary
{
    // Of most policies most parts are empty.
    private static readonly StagesDigest NoStages = new([], Digest.Of([]));
    private static readonly Digest Nothing = Digest.Of("");

    private readonly EnforcementMode _mode;
    private readonly ImmutableArray<StagesDigest> _stages;
    private readonly ImmutableSortedDictionary<string, PortSet> _portSets;
    private readonly Digest _ports;
    private readonly ImmutableSortedDictionary<string, DomainSet> _domainSets;
    private readonly Digest _domains;
    private readonly SetShelves _sets;

    private HostPolicySummary(HostPolicy policy, ImmutableArray<StagesDigest> stages, Digest ports, Digest domains, SetShelves sets)
    {
        (_mode, _stages, _sets) = (policy.Mode, stages, sets);
        (_portSets, _ports, _domainSets, _domains) = (policy.PortSets, ports, policy.DomainSets, domains);
        Digest = Combined();
    }

    private readonly record struct StagesDigest(ImmutableArray<Stage> Stages, Digest Digest);

    /// <summary>The digest of the policy's meaning (<see cref="HostPolicyDigest"/>).</summary>
    public Digest Digest { get; }

    /// <summary>The summary of a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="shared">What summaries made at the same time have in common; null for none.</param>
    public static HostPolicySummary Of(HostPolicy policy, SummaryParts? shared = null) => new(
        policy,
        [.. TrafficPaths.All.Select(path => Stages(policy.StagesOf(path)))],
        Ports(policy.PortSets),
        Domains(policy.DomainSets),
        SetShelves.Of(policy.Sets.Values, (shared ?? new()).Sets));

    /// <summary>The summary of the policy that this one's became.</summary>
    /// <param name="policy">The policy after the change.</param>
    /// <param name="changedSets">The ids of all address sets that were added, changed or removed.</param>
    /// <param name="shared">What summaries made at the same time have in common; null for none.</param>
    public HostPolicySummary After(HostPolicy policy, IEnumerable<string> changedSets, SummaryParts? shared = null)
    {
        var (sets, parts) = (_sets, (shared ?? new()).Sets);
        foreach (var id in changedSets)
            sets = sets.With(id, policy.Sets.GetValueOrDefault(id), parts);
        var stages = _stages;
        foreach (var path in TrafficPaths.All)
        {
            if (policy.StagesOf(path).Items != StagesOf(path).Stages)
                stages = stages.SetItem(path - TrafficPath.Inbound, Stages(policy.StagesOf(path)));
        }

        return new(
            policy,
            stages,
            ReferenceEquals(policy.PortSets, _portSets) ? _ports : Ports(policy.PortSets),
            ReferenceEquals(policy.DomainSets, _domainSets) ? _domains : Domains(policy.DomainSets),
            sets);
    }

    /// <summary>
    /// Finds what changed in the address sets between two policies. False where anything else changed: mode, stages, port sets or sets of
    /// names, or the ids of the sets.
    /// </summary>
    /// <param name="from">The policy before.</param>
    /// <param name="to">The policy after.</param>
    /// <param name="changes">The sets of other content, before and after.</param>
    public static bool TryCompareSets(HostPolicySummary from, HostPolicySummary to, out List<(AddressSet From, AddressSet To)> changes)
    {
        changes = [];
        if (from._mode != to._mode || !TrafficPaths.All.All(path => HaveSameStages(from, to, path)) || HaveSameOtherSets(from, to) != (true, true))
            return false;
        foreach (var (before, after) in SetDifferences(from, to))
        {
            if (before is null || after is null)
                return false;
            changes.Add((before, after));
        }

        return true;
    }

    /// <summary>Whether the stages of a path are the same.</summary>
    internal static bool HaveSameStages(HostPolicySummary from, HostPolicySummary to, TrafficPath path) => from.StagesOf(path).Digest == to.StagesOf(path).Digest;

    /// <summary>Whether the port sets and the sets of names are the same.</summary>
    internal static (bool Ports, bool Domains) HaveSameOtherSets(HostPolicySummary from, HostPolicySummary to) => (from._ports == to._ports, from._domains == to._domains);

    /// <summary>The sets of other content, those that are gone, and those that are new.</summary>
    internal static List<(AddressSet? From, AddressSet? To)> SetDifferences(HostPolicySummary from, HostPolicySummary to) => SetShelves.Differences(from._sets, to._sets);

    /// <summary>What summaries of policies that are made at one time have in common, so that it is made once. For one thread.</summary>
    public sealed class SummaryParts
    {
        internal SetShelves.Parts Sets { get; } = new();
    }

    private StagesDigest StagesOf(TrafficPath path) => _stages[path - TrafficPath.Inbound];

    private Digest Combined()
    {
        var bytes = new byte[4 + (6 * Digest.Length) + SetShelves.LongestHash];
        BinaryPrimitives.WriteInt32BigEndian(bytes, (int)_mode);
        var length = 4;
        foreach (var digest in (ReadOnlySpan<Digest>)[StagesOf(TrafficPath.Inbound).Digest, StagesOf(TrafficPath.Outbound).Digest, _ports, _domains])
            length += Encoding.ASCII.GetBytes(digest.Hex, bytes.AsSpan(length));
        length += _sets.WriteHashes(bytes.AsSpan(length));

        // Behind all else, so that a policy that forwards nothing has the digest that it had before there was such a thing. Parts of sets come
        // in 33 bytes each and these in 128, so that nothing reads as something else.
        ReadOnlySpan<StagesDigest> forwarded = [StagesOf(TrafficPath.ForwardIn), StagesOf(TrafficPath.ForwardOut)];
        foreach (var stages in forwarded[0].Stages.IsEmpty && forwarded[1].Stages.IsEmpty ? [] : forwarded)
            length += Encoding.ASCII.GetBytes(stages.Digest.Hex, bytes.AsSpan(length));
        return Digest.Of(bytes.AsSpan(0, length));
    }

    private static StagesDigest Stages(EquatableArray<Stage> stages)
    {
        if (stages.IsEmpty)
            return NoStages;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[Digest.Length];
        foreach (var stage in stages)
        {
            hash.AppendData(stage.Interface is { } match ? Encoding.ASCII.GetBytes($"stage interface {match}\n") : "stage\n"u8);
            foreach (var branch in stage.Branches)
            {
                Encoding.ASCII.GetBytes(branch.Digest.Hex, bytes);
                hash.AppendData(bytes);
            }
        }

        return new(stages.Items, Digest.Read(hash.GetHashAndReset()));
    }

    private static Digest Ports(ImmutableSortedDictionary<string, PortSet> sets) => sets.IsEmpty ? Nothing : Digest.Of(string.Join('\n', sets.Values.Select(set => $"{set.Id} {set.Digest}")));

    private static Digest Domains(ImmutableSortedDictionary<string, DomainSet> sets) => sets.IsEmpty ? Nothing : Digest.Of(string.Join('\n', sets.Values));
}
