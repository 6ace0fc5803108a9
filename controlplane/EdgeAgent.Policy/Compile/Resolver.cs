using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Makes the host policies of plans. Policies that a change has no part in stay the same instances.</summary>
internal sealed class Resolver
{
    private readonly Plans _plans;
    private readonly Plans _before;
    private readonly ResolvedPolicies _earlier;
    private readonly SetResolver _sets;

    private Resolver(World world, Plans before, Plans plans, AddressBook book, ResolvedPolicies earlier)
    {
        (_before, _plans, _earlier) = (before, plans, earlier);
        _sets = new(world, plans, ReferenceEquals(before, plans), book, earlier);
    }

    /// <summary>The policies of all plans.</summary>
    /// <param name="world">The earlier world.</param>
    /// <param name="step">The way from there to the world.</param>
    /// <param name="before">The plans of the earlier world.</param>
    /// <param name="plans">The plans.</param>
    /// <param name="book">The addresses of the world.</param>
    /// <param name="earlier">The policies of the earlier world.</param>
    /// <param name="changed">Every endpoint that differs from the earlier world, as it was and as it is; null when any may.</param>
    public static ResolvedPolicies Resolve(
        World world, WorldStep step, Plans before, Plans plans, AddressBook book, ResolvedPolicies earlier, IReadOnlyCollection<Endpoint>? changed) =>
        new Resolver(step.World, before, plans, book, earlier).Resolve(new(world, step, before, plans), changed);

    private ResolvedPolicies Resolve(TouchedAddresses touched, IReadOnlyCollection<Endpoint>? changed)
    {
        var resolved = new ResolvedPolicies { Sets = _sets.Sets(changed), PortSets = _sets.PortSets(changed), Groups = _sets.Groups(touched) };
        var policies = ImmutableArray.CreateBuilder<SharedPolicy?>(_plans.Rows.Length);
        for (var number = 0; number < _plans.Rows.Length; number++)
            policies.Add(_plans.Rows[number] is { } row ? PolicyOf(number, row.Plan, resolved) : null);
        return resolved with { ByNumber = policies.MoveToImmutable() };
    }

    private IdentityRow? Earlier(int number) => number < _before.Rows.Length ? _before.Rows[number] : null;

    private SharedPolicy PolicyOf(int number, HostPlan plan, ResolvedPolicies resolved) =>
        Earlier(number) is { } row && ReferenceEquals(row.Plan, plan) ? Renew(plan, _earlier.ByNumber[number]!) : SharedPolicy.Of(Make(plan, resolved));

    private static HostPolicy Make(HostPlan plan, ResolvedPolicies resolved)
    {
        var sets = ImmutableSortedDictionary.CreateBuilder<string, AddressSet>(StringComparer.Ordinal);
        foreach (var definition in plan.Sets.Addresses)
            sets[definition.Id] = resolved.Sets[definition.Id].Set;
        foreach (var group in plan.Groups)
            sets[group.SetId] = resolved.Groups[group];
        return new()
        {
            Mode = plan.Mode,
            Inbound = plan.Inbound,
            Outbound = plan.Outbound,
            ForwardIn = plan.ForwardIn,
            ForwardOut = plan.ForwardOut,
            Sets = sets.ToImmutable(),
            PortSets = plan.Sets.Ports.ToImmutableSortedDictionary(set => set.Id, set => resolved.PortSets[set.Id].Set, StringComparer.Ordinal),
            DomainSets = HostPolicy.Empty.DomainSets.AddRange(plan.Sets.Domains.Select(set => KeyValuePair.Create(set.Id, set))),
        };
    }

    /// <summary>The policy of a plan that stays, with the sets that changed.</summary>
    private SharedPolicy Renew(HostPlan plan, SharedPolicy known)
    {
        var (sets, portSets) = (known.Policy.Sets, known.Policy.PortSets);
        var changed = new List<string>();
        foreach (var (group, set) in _sets.ChangedGroups)
        {
            if (plan.Has(group))
                Change(set);
        }

        foreach (var set in _sets.Changed)
        {
            if (plan.Names(set.Id))
                Change(set);
        }

        foreach (var set in _sets.ChangedPorts)
        {
            if (plan.Names(set.Id))
                portSets = portSets.SetItem(set.Id, set);
        }

        return changed.Count == 0 && ReferenceEquals(portSets, known.Policy.PortSets)
            ? known
            : known.After(known.Policy with { Sets = sets, PortSets = portSets }, changed);

        void Change(AddressSet set)
        {
            sets = sets.SetItem(set.Id, set);
            changed.Add(set.Id);
        }
    }
}
