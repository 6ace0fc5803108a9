using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Fills the sets that plans name with members. Sets whose members stay are the same instances as before.</summary>
/// <param name="world">The world.</param>
/// <param name="plans">The plans, with the sets that they name.</param>
/// <param name="samePlans">Whether they are the plans of before.</param>
/// <param name="book">The addresses of the world.</param>
/// <param name="earlier">The sets of before.</param>
internal sealed class SetResolver(World world, Plans plans, bool samePlans, AddressBook book, ResolvedPolicies earlier)
{
    private readonly Dictionary<EquatableArray<int>, AddressSet> _byMembers = [];

    /// <summary>The sets of other members than before.</summary>
    public List<AddressSet> Changed { get; } = [];

    /// <summary>The port sets of other members than before.</summary>
    public List<PortSet> ChangedPorts { get; } = [];

    /// <summary>The groups whose sets have other members than before.</summary>
    public List<(PeerGroup Group, AddressSet Set)> ChangedGroups { get; } = [];

    /// <summary>The sets by meaning.</summary>
    /// <param name="changed">Every endpoint that differs from the earlier world, as it was and as it is; null when any may.</param>
    public ImmutableDictionary<string, ResolvedSet> Sets(IReadOnlyCollection<Endpoint>? changed)
    {
        var sets = earlier.Sets.ToBuilder();
        foreach (var definition in plans.Sets)
        {
            var isConcerned = Concerned(changed, definition.Concerns);
            if (samePlans && !isConcerned)
                continue;
            var known = earlier.Sets.GetValueOrDefault(definition.Id);
            var same = known is not null && known.Definition.Equals(definition);
            if (same && !isConcerned)
                continue;
            var set = (same ? definition.Renew(known!.Set, changed, book) : null) ?? new AddressSet(definition.Id, definition.Members(book));
            if (known is not null && known.Set.Digest != set.Digest)
                Changed.Add(set);
            else if (known is not null)
                set = known.Set;
            if (!same || !ReferenceEquals(set, known!.Set))
                sets[definition.Id] = new(definition, set);
        }

        if (!samePlans)
            sets.RemoveRange(earlier.Sets.Keys.Except(plans.Sets.Select(set => set.Id)).ToArray());
        return sets.ToImmutable();
    }

    /// <summary>The port sets by meaning.</summary>
    /// <param name="changed">Every endpoint that differs from the earlier world, as it was and as it is; null when any may.</param>
    public ImmutableDictionary<string, ResolvedPorts> PortSets(IReadOnlyCollection<Endpoint>? changed)
    {
        var sets = earlier.PortSets.ToBuilder();
        foreach (var definition in plans.PortSets)
        {
            var known = sets.GetValueOrDefault(definition.Id);
            var same = known is not null && known.Definition.Equals(definition);
            if (same && !Concerned(changed, definition.Concerns))
                continue;
            var set = definition.Resolve(book);
            if (known is not null && known.Set.Members != set.Members)
                ChangedPorts.Add(set);
            else if (known is not null)
                set = known.Set;
            if (!same || !ReferenceEquals(set, known!.Set))
                sets[definition.Id] = new(definition, set);
        }

        if (!samePlans)
            sets.RemoveRange(earlier.PortSets.Keys.Except(plans.PortSets.Select(set => set.Id)).ToArray());
        return sets.ToImmutable();
    }

    /// <summary>The sets of groups.</summary>
    /// <param name="touched">The addresses that may have come to, or gone from, each identity.</param>
    public ImmutableDictionary<PeerGroup, AddressSet> Groups(TouchedAddresses touched)
    {
        var groups = earlier.Groups.ToBuilder();
        foreach (var group in plans.Groups)
        {
            var isTouched = touched.Touches(group);
            if (samePlans && !isTouched)
                continue;
            var known = earlier.Groups.GetValueOrDefault(group);
            if (known is not null && !isTouched)
                continue;
            var set = (known is null ? null : touched.Renew(group, known)) ?? Members(group);
            if (known is not null && known.Digest == set.Digest)
                continue;
            if (known is not null)
                ChangedGroups.Add((group, set));
            groups[group] = set;
        }

        if (!samePlans)
            groups.RemoveRange(earlier.Groups.Keys.Except(plans.Groups).ToArray());
        return groups.ToImmutable();
    }

    private AddressSet Members(PeerGroup group)
    {
        if (_byMembers.TryGetValue(group.Members, out var set))
            return set.Named(group.SetId);
        return _byMembers[group.Members] = new(group.SetId, group.Members.SelectMany(number => plans.Rows[number]!.Classes).SelectMany(key => world.Members[key].Addresses));
    }

    private static bool Concerned(IReadOnlyCollection<Endpoint>? changed, Func<Endpoint, bool> concerns) => changed is null || changed.Any(concerns);
}
