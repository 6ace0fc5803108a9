namespace EdgeAgent.Contracts;

/// <summary>What changed in an address set. A set that the base lacks is made of <paramref name="Added"/> alone.</summary>
/// <param name="Id">The set's id.</param>
/// <param name="Added">Blocks of the new canonical list that the old one lacks.</param>
/// <param name="Removed">Blocks of the old canonical list that the new one lacks.</param>
public sealed record AddressSetChange(string Id, EquatableArray<Cidr> Added, EquatableArray<Cidr> Removed);

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

    /// <summary>Address sets that are new or changed.</summary>
    public EquatableArray<AddressSetChange> SetChanges { get; init; }

    /// <summary>Ids of address sets that are gone.</summary>
    public EquatableArray<string> RemovedSets { get; init; }

    /// <summary>Port sets that are new or changed, whole.</summary>
    public EquatableArray<PortSet> PortSetChanges { get; init; }

    /// <summary>Ids of port sets that are gone.</summary>
    public EquatableArray<string> RemovedPortSets { get; init; }

    /// <summary>The delta that leads from one policy to another.</summary>
    public static HostPolicyDelta Between(HostPolicy from, HostPolicy to) => new()
    {
        Base = HostPolicyDigest.Of(from),
        Result = HostPolicyDigest.Of(to),
        Revision = to.Revision,
        Mode = to.Mode,
        Inbound = from.Inbound == to.Inbound ? null : to.Inbound,
        Outbound = from.Outbound == to.Outbound ? null : to.Outbound,
        SetChanges = to.Sets.Values
            .Where(set => !from.Sets.TryGetValue(set.Id, out var old) || old.Digest != set.Digest)
            .Select(set => Change(from.Sets.GetValueOrDefault(set.Id), set))
            .ToEquatableArray(),
        RemovedSets = from.Sets.Keys.Where(id => !to.Sets.ContainsKey(id)).ToEquatableArray(),
        PortSetChanges = to.PortSets.Values
            .Where(set => !from.PortSets.TryGetValue(set.Id, out var old) || old.Digest != set.Digest)
            .ToEquatableArray(),
        RemovedPortSets = from.PortSets.Keys.Where(id => !to.PortSets.ContainsKey(id)).ToEquatableArray(),
    };

    /// <summary>Applies the delta.</summary>
    /// <exception cref="HostPolicyMismatchException">The policy is not the delta's base, or the result is not what the sender computed.</exception>
    public HostPolicy ApplyTo(HostPolicy policy)
    {
        var held = HostPolicyDigest.Of(policy);
        if (held != Base)
            throw new HostPolicyMismatchException($"the delta to revision {Revision} applies to policy {Base.Short}, but {held.Short} is held");
        var sets = policy.Sets.RemoveRange(RemovedSets);
        foreach (var change in SetChanges)
        {
            IEnumerable<Cidr> members = sets.TryGetValue(change.Id, out var old) ? old.Prefixes : [];
            sets = sets.SetItem(change.Id, new AddressSet(change.Id, members.Except(change.Removed).Concat(change.Added)));
        }

        var result = policy with
        {
            Revision = Revision,
            Mode = Mode,
            Inbound = Inbound ?? policy.Inbound,
            Outbound = Outbound ?? policy.Outbound,
            Sets = sets,
            PortSets = policy.PortSets.RemoveRange(RemovedPortSets).SetItems(PortSetChanges.Select(set => KeyValuePair.Create(set.Id, set))),
        };
        var digest = HostPolicyDigest.Of(result);
        return digest == Result
            ? result
            : throw new HostPolicyMismatchException($"the delta to revision {Revision} gives policy {digest.Short}, but its sender computed {Result.Short}");
    }

    private static AddressSetChange Change(AddressSet? from, AddressSet to)
    {
        if (from is null)
            return new(to.Id, to.Prefixes, []);
        var (before, after) = (from.Prefixes.ToHashSet(), to.Prefixes.ToHashSet());
        return new(
            to.Id,
            to.Prefixes.Where(prefix => !before.Contains(prefix)).ToEquatableArray(),
            from.Prefixes.Where(prefix => !after.Contains(prefix)).ToEquatableArray());
    }
}

/// <summary>A delta that does not fit the policy it was applied to; a snapshot is needed.</summary>
public sealed class HostPolicyMismatchException(string message) : Exception(message);
