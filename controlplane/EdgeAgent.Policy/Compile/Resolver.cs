using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Makes the host policies of plans. Policies that a change has no part in stay the same instances.</summary>
internal sealed class Resolver
{
    // A policy takes some microseconds: fewer are not worth another thread's while, and more share what their summaries have in common.
    private const int Batch = 64;

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
        return resolved with { ByNumber = Policies(resolved) };
    }

    /// <summary>The policies by number. None depends on another one: processors share the work.</summary>
    private ImmutableArray<SharedPolicy?> Policies(ResolvedPolicies resolved) => _plans.Rows.Length <= Batch
        ? [.. Policies(0, resolved)]
        : [.. Enumerable.Range(0, (_plans.Rows.Length + Batch - 1) / Batch).AsParallel().AsOrdered().Select(batch => Policies(batch * Batch, resolved)).ToArray().SelectMany(batch => batch)];

    /// <summary>The policies of a batch, made by one thread.</summary>
    private SharedPolicy?[] Policies(int first, ResolvedPolicies resolved)
    {
        var parts = new HostPolicySummary.SummaryParts();
        var policies = new SharedPolicy?[Math.Min(Batch, _plans.Rows.Length - first)];
        for (var i = 0; i < policies.Length; i++)
            policies[i] = _plans.Rows[first + i] is { } row ? PolicyOf(first + i, row.Plan, resolved, parts) : null;
        return policies;
    }

    private IdentityRow? Earlier(int number) => number < _before.Rows.Length ? _before.Rows[number] : null;

    private SharedPolicy PolicyOf(int number, HostPlan plan, ResolvedPolicies resolved, HostPolicySummary.SummaryParts parts)
    {
        if (Earlier(number) is not { } row)
            return SharedPolicy.Of(Make(plan, Sets(plan, resolved).ToImmutableSortedDictionary(set => set.Id, set => set, StringComparer.Ordinal), resolved), parts);
        var known = _earlier.ByNumber[number]!;
        return ReferenceEquals(row.Plan, plan) ? Renew(plan, known, parts) : Remake(plan, known, resolved, parts);
    }

    private static IEnumerable<AddressSet> Sets(HostPlan plan, ResolvedPolicies resolved)
    {
        foreach (var definition in plan.Sets.Addresses)
            yield return resolved.Sets[definition.Id].Set;
        foreach (var group in plan.Groups)
            yield return resolved.Groups[group];
    }

    private static HostPolicy Make(HostPlan plan, ImmutableSortedDictionary<string, AddressSet> sets, ResolvedPolicies resolved) => new()
    {
        Mode = plan.Mode,
        Inbound = plan.Inbound,
        Outbound = plan.Outbound,
        ForwardIn = plan.ForwardIn,
        ForwardOut = plan.ForwardOut,
        Sets = sets,
        PortSets = plan.Sets.Ports.ToImmutableSortedDictionary(set => set.Id, set => resolved.PortSets[set.Id].Set, StringComparer.Ordinal),
        DomainSets = HostPolicy.Empty.DomainSets.AddRange(plan.Sets.Domains.Select(set => KeyValuePair.Create(set.Id, set))),
    };

    /// <summary>The policy of another plan in the place of an earlier one: most of its sets are the same.</summary>
    private static SharedPolicy Remake(HostPlan plan, SharedPolicy known, ResolvedPolicies resolved, HostPolicySummary.SummaryParts parts)
    {
        var sets = known.Policy.Sets.ToBuilder();
        var (changed, wanted) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var set in Sets(plan, resolved))
        {
            wanted.Add(set.Id);
            if (sets.TryGetValue(set.Id, out var old) && ReferenceEquals(old, set))
                continue;
            sets[set.Id] = set;
            changed.Add(set.Id);
        }

        foreach (var id in sets.Count == wanted.Count ? [] : known.Policy.Sets.Keys.Where(id => !wanted.Contains(id)))
        {
            sets.Remove(id);
            changed.Add(id);
        }

        return known.After(Make(plan, sets.ToImmutable(), resolved), changed, parts);
    }

    /// <summary>The policy of a plan that stays, with the sets that changed.</summary>
    private SharedPolicy Renew(HostPlan plan, SharedPolicy known, HostPolicySummary.SummaryParts parts)
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
            : known.After(known.Policy with { Sets = sets, PortSets = portSets }, changed, parts);

        void Change(AddressSet set)
        {
            sets = sets.SetItem(set.Id, set);
            changed.Add(set.Id);
        }
    }
}
