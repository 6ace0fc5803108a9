using System.Collections.Immutable;

namespace EdgeAgent.Contracts;

/// <summary>What changed in an address set. A set that the base lacks is made of <paramref name="Added"/> alone.</summary>
/// <param name="Id">The set's id.</param>
/// <param name="Added">Blocks of the new canonical list that the old one lacks.</param>
/// <param name="Removed">Blocks of the old canonical list that the new one lacks.</param>
public sealed record AddressSetChange(string Id, EquatableArray<Cidr> Added, EquatableArray<Cidr> Removed)
{
    /// <summary>What changed between two sets of one id, the first of which may be missing.</summary>
    public static AddressSetChange Between(AddressSet? from, AddressSet to)
    {
        if (from is null)
            return new(to.Id, to.Prefixes, []);
        var (removed, added) = AddressSet.Between(from, to);
        return new(to.Id, added.ToEquatableArray(), removed.ToEquatableArray());
    }
}

/// <summary>The way from one host policy to the next: sets change by member, stages are replaced whole.</summary>
public sealed record HostPolicyDelta
{
    /// <summary>The digest of the policy that the delta applies to.</summary>
    public required Digest Base { get; init; }

    /// <summary>The digest of the policy that results.</summary>
    public required Digest Result { get; init; }

    /// <summary>The revision of the result.</summary>
    public required Revision Revision { get; init; }

    /// <summary>The mode of the result.</summary>
    public required EnforcementMode Mode { get; init; }

    /// <summary>The new inbound stages, or null where they stay.</summary>
    public EquatableArray<Stage>? Inbound { get; init; }

    /// <summary>The new outbound stages, or null where they stay.</summary>
    public EquatableArray<Stage>? Outbound { get; init; }

    /// <summary>The new stages of forwarded traffic where it arrives, or null where they stay.</summary>
    public EquatableArray<Stage>? ForwardIn { get; init; }

    /// <summary>The new stages of forwarded traffic where it leaves, or null where they stay.</summary>
    public EquatableArray<Stage>? ForwardOut { get; init; }

    /// <summary>Address sets that are new or changed.</summary>
    public EquatableArray<AddressSetChange> SetChanges { get; init; }

    /// <summary>Ids of address sets that are gone.</summary>
    public EquatableArray<string> RemovedSets { get; init; }

    /// <summary>Port sets that are new or changed, whole.</summary>
    public EquatableArray<PortSet> PortSetChanges { get; init; }

    /// <summary>Ids of port sets that are gone.</summary>
    public EquatableArray<string> RemovedPortSets { get; init; }

    /// <summary>Sets of names that are new or changed, whole.</summary>
    public EquatableArray<DomainSet> DomainSetChanges { get; init; }

    /// <summary>Ids of sets of names that are gone.</summary>
    public EquatableArray<string> RemovedDomainSets { get; init; }

    /// <summary>The delta that leads from one policy to another.</summary>
    public static HostPolicyDelta Between(HostPolicy from, HostPolicy to) => Between((from, HostPolicySummary.Of(from)), (to, HostPolicySummary.Of(to)), AddressSetChange.Between);

    /// <summary>The delta that leads from one policy to another; costs what they differ by where one was made from the other.</summary>
    /// <param name="from">The policy before, and its summary.</param>
    /// <param name="to">The policy after, and its summary.</param>
    /// <param name="change">What changed between two sets, the first of which may be missing; for many deltas, one that remembers.</param>
    public static HostPolicyDelta Between(
        (HostPolicy Policy, HostPolicySummary Summary) from, (HostPolicy Policy, HostPolicySummary Summary) to, Func<AddressSet?, AddressSet, AddressSetChange> change)
    {
        var (ports, domains) = HostPolicySummary.HaveSameOtherSets(from.Summary, to.Summary);
        var sets = HostPolicySummary.SetDifferences(from.Summary, to.Summary);
        sets.Sort(static (left, right) => string.CompareOrdinal((left.From ?? left.To)!.Id, (right.From ?? right.To)!.Id));
        return new()
        {
            Base = from.Summary.Digest,
            Result = to.Summary.Digest,
            Revision = to.Policy.Revision,
            Mode = to.Policy.Mode,
            Inbound = Stages(TrafficPath.Inbound),
            Outbound = Stages(TrafficPath.Outbound),
            ForwardIn = Stages(TrafficPath.ForwardIn),
            ForwardOut = Stages(TrafficPath.ForwardOut),
            SetChanges = sets.Where(pair => pair.To is not null).Select(pair => change(pair.From, pair.To!)).ToEquatableArray(),
            RemovedSets = sets.Where(pair => pair.To is null).Select(pair => pair.From!.Id).ToEquatableArray(),
            PortSetChanges = ports ? [] : to.Policy.PortSets.Values
                .Where(set => !from.Policy.PortSets.TryGetValue(set.Id, out var old) || old.Digest != set.Digest)
                .ToEquatableArray(),
            RemovedPortSets = ports ? [] : from.Policy.PortSets.Keys.Where(id => !to.Policy.PortSets.ContainsKey(id)).ToEquatableArray(),
            DomainSetChanges = domains ? [] : to.Policy.DomainSets.Values.Where(set => from.Policy.DomainSets.GetValueOrDefault(set.Id) != set).ToEquatableArray(),
            RemovedDomainSets = domains ? [] : from.Policy.DomainSets.Keys.Where(id => !to.Policy.DomainSets.ContainsKey(id)).ToEquatableArray(),
        };

        EquatableArray<Stage>? Stages(TrafficPath path) => HostPolicySummary.HaveSameStages(from.Summary, to.Summary, path) ? null : to.Policy.StagesOf(path);
    }

    /// <summary>Applies the delta.</summary>
    /// <exception cref="HostPolicyMismatchException">The policy is not the delta's base, or the result is not what the sender computed.</exception>
    public HostPolicy ApplyTo(HostPolicy policy) => ApplyTo(policy, HostPolicySummary.Of(policy)).Policy;

    /// <summary>Applies the delta; costs what changes, not what the policy holds.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="summary">Its summary.</param>
    /// <returns>The policy after the change, and its summary.</returns>
    /// <exception cref="HostPolicyMismatchException">The policy is not the delta's base, or the result is not what the sender computed.</exception>
    public (HostPolicy Policy, HostPolicySummary Summary) ApplyTo(HostPolicy policy, HostPolicySummary summary)
    {
        if (summary.Digest != Base)
            throw new HostPolicyMismatchException($"the delta to revision {Revision} applies to policy {Base.Short}, but {summary.Digest.Short} is held");
        var result = policy with
        {
            Revision = Revision,
            Mode = Mode,
            Inbound = Inbound ?? policy.Inbound,
            Outbound = Outbound ?? policy.Outbound,
            ForwardIn = ForwardIn ?? policy.ForwardIn,
            ForwardOut = ForwardOut ?? policy.ForwardOut,
            Sets = Changed(policy.Sets.RemoveRange(RemovedSets)),
            PortSets = policy.PortSets.RemoveRange(RemovedPortSets).SetItems(PortSetChanges.Select(set => KeyValuePair.Create(set.Id, set))),
            DomainSets = policy.DomainSets.RemoveRange(RemovedDomainSets).SetItems(DomainSetChanges.Select(set => KeyValuePair.Create(set.Id, set))),
        };
        var after = summary.After(result, RemovedSets.Concat(SetChanges.Select(change => change.Id)).Distinct(StringComparer.Ordinal));
        return after.Digest == Result
            ? (result, after)
            : throw new HostPolicyMismatchException($"the delta to revision {Revision} gives policy {after.Digest.Short}, but its sender computed {Result.Short}");
    }

    private ImmutableSortedDictionary<string, AddressSet> Changed(ImmutableSortedDictionary<string, AddressSet> sets)
    {
        foreach (var change in SetChanges)
        {
            try
            {
                sets = sets.SetItem(change.Id, sets.TryGetValue(change.Id, out var old) ? old.Changed(change.Removed, change.Added) : new(change.Id, change.Added));
            }
            catch (ArgumentException e)
            {
                throw new HostPolicyMismatchException($"the delta to revision {Revision} does not fit set {change.Id}: {e.Message}");
            }
        }

        return sets;
    }
}

/// <summary>A delta that does not fit the policy it was applied to; a snapshot is needed.</summary>
public sealed class HostPolicyMismatchException(string message) : Exception(message);
