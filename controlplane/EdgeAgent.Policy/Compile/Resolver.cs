using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Fills the sets of plans with members. Sets that no changed endpoint has a part in stay the same instances.</summary>
internal sealed class Resolver(World world, Plans plans, AddressBook book, ResolvedPolicies earlier, IReadOnlyCollection<Endpoint>? changed)
{
    private readonly Dictionary<Identity, ImmutableArray<ClassMembers>.Builder> _members = [];
    private readonly HashSet<string> _changedSets = new(StringComparer.Ordinal);
    private readonly HashSet<PeerGroup> _changedGroups = [];

    /// <summary>The policies of all plans.</summary>
    /// <param name="world">The world.</param>
    /// <param name="plans">The plans.</param>
    /// <param name="book">The addresses of the world.</param>
    /// <param name="earlier">The policies of the earlier world.</param>
    /// <param name="changed">Every endpoint that differs from the earlier world, as it was and as it is; null when any may.</param>
    public static ResolvedPolicies Resolve(World world, Plans plans, AddressBook book, ResolvedPolicies earlier, IReadOnlyCollection<Endpoint>? changed) =>
        new Resolver(world, plans, book, earlier, changed).Resolve();

    private ResolvedPolicies Resolve()
    {
        foreach (var (key, identity) in plans.IdentityOf)
        {
            if (!_members.TryGetValue(identity, out var members))
                _members[identity] = members = ImmutableArray.CreateBuilder<ClassMembers>();
            members.Add(world.Members[key]);
        }

        var resolved = new ResolvedPolicies { Sets = Sets(), PortSets = PortSets(), Groups = Groups() };
        var byPlan = ImmutableDictionary.CreateBuilder<HostPlan, HostPolicy>();
        foreach (var plan in plans.ByIdentity.Values)
            byPlan[plan] = earlier.ByPlan.TryGetValue(plan, out var known) ? Renew(plan, known, resolved) : Make(plan, resolved);
        return resolved with { ByPlan = byPlan.ToImmutable() };
    }

    private ImmutableDictionary<string, (SetDefinition Definition, AddressSet Set)> Sets()
    {
        var sets = earlier.Sets.ToBuilder();
        sets.RemoveRange(earlier.Sets.Keys.Where(id => !plans.NamedSets.Contains(id)).ToArray());
        foreach (var id in plans.NamedSets)
        {
            var definition = plans.Sets[id];
            if (sets.TryGetValue(id, out var known) && known.Definition.Equals(definition) && !Concerned(definition.Concerns))
                continue;
            var set = new AddressSet(id, definition.Members(book));
            sets[id] = (definition, set);
            if (known.Set is null || known.Set.Prefixes != set.Prefixes)
                _changedSets.Add(id);
            else
                sets[id] = (definition, known.Set);
        }

        return sets.ToImmutable();
    }

    private ImmutableDictionary<string, (PortDefinition Definition, PortSet Set)> PortSets()
    {
        var sets = earlier.PortSets.ToBuilder();
        sets.RemoveRange(earlier.PortSets.Keys.Where(id => !plans.NamedPortSets.Contains(id)).ToArray());
        foreach (var id in plans.NamedPortSets)
        {
            var definition = plans.PortSets[id];
            if (sets.TryGetValue(id, out var known) && known.Definition.Equals(definition) && !Concerned(definition.Concerns))
                continue;
            var set = definition.Resolve(book);
            sets[id] = (definition, set);
            if (known.Set is null || known.Set.Members != set.Members)
                _changedSets.Add(id);
            else
                sets[id] = (definition, known.Set);
        }

        return sets.ToImmutable();
    }

    private bool Concerned(Func<Endpoint, bool> concerns) => changed is null || changed.Any(concerns);

    private ImmutableDictionary<PeerGroup, (ImmutableArray<ClassMembers> Members, AddressSet Set)> Groups()
    {
        var current = plans.ByIdentity.Values.SelectMany(plan => plan.Groups).ToHashSet();
        var groups = earlier.Groups.ToBuilder();
        groups.RemoveRange(earlier.Groups.Keys.Where(group => !current.Contains(group)).ToArray());
        foreach (var group in current)
        {
            var members = group.Members.SelectMany(identity => _members[identity]).ToImmutableArray();
            if (groups.TryGetValue(group, out var known) && IsSame(known.Members, members))
                continue;
            groups[group] = (members, new(group.SetId, members.SelectMany(part => part.Addresses)));
            _changedGroups.Add(group);
        }

        return groups.ToImmutable();
    }

    /// <summary>Whether the members are the same instances; the order of classes may differ.</summary>
    private static bool IsSame(ImmutableArray<ClassMembers> left, ImmutableArray<ClassMembers> right) =>
        left.Length == right.Length && left.ToHashSet<object>(ReferenceEqualityComparer.Instance).SetEquals(right);

    private static HostPolicy Make(HostPlan plan, ResolvedPolicies resolved)
    {
        var sets = ImmutableSortedDictionary.CreateBuilder<string, AddressSet>(StringComparer.Ordinal);
        foreach (var id in plan.SetIds)
            sets[id] = resolved.Sets[id].Set;
        foreach (var group in plan.Groups)
            sets[group.SetId] = resolved.Groups[group].Set;
        return new()
        {
            Mode = plan.Identity.Mode,
            Inbound = plan.Inbound,
            Outbound = plan.Outbound,
            Sets = sets.ToImmutable(),
            PortSets = plan.PortSetIds.ToImmutableSortedDictionary(id => id, id => resolved.PortSets[id].Set, StringComparer.Ordinal),
        };
    }

    /// <summary>The policy of a plan that stays, with the sets that changed.</summary>
    private HostPolicy Renew(HostPlan plan, HostPolicy known, ResolvedPolicies resolved)
    {
        var sets = known.Sets;
        foreach (var id in plan.SetIds)
        {
            if (_changedSets.Contains(id))
                sets = sets.SetItem(id, resolved.Sets[id].Set);
        }

        foreach (var group in plan.Groups)
        {
            if (_changedGroups.Contains(group))
                sets = sets.SetItem(group.SetId, resolved.Groups[group].Set);
        }

        var portSets = known.PortSets;
        foreach (var id in plan.PortSetIds)
        {
            if (_changedSets.Contains(id))
                portSets = portSets.SetItem(id, resolved.PortSets[id].Set);
        }

        return ReferenceEquals(sets, known.Sets) && ReferenceEquals(portSets, known.PortSets) ? known : known with { Sets = sets, PortSets = portSets };
    }
}
