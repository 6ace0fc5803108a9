using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Plans what the hosts of each identity must enforce. What earlier plans were made from and still holds is taken over.</summary>
internal sealed class Planner
{
    private readonly Plans _earlier;
    private readonly Numbering _numbering;
    private readonly StackPlanner _stacks;
    private readonly Dictionary<PeerGroup, PeerGroup> _groups = [];

    private Planner(Plans earlier, Numbering numbering, AddressBook book)
    {
        (_earlier, _numbering) = (earlier, numbering);
        _stacks = new(earlier, numbering.Identities, numbering.Changed, book);
    }

    /// <summary>The plans for a world.</summary>
    /// <param name="before">The world of the earlier plans.</param>
    /// <param name="step">The way from there to the world.</param>
    /// <param name="earlier">The earlier plans.</param>
    /// <param name="book">The addresses of the world.</param>
    public static Plans Plan(World before, WorldStep step, Plans earlier, AddressBook book)
    {
        var world = step.World;
        var changed = before.Classes == world.Classes ? [] : ChangedClasses(before, world);
        var portsChanged = earlier.LookAtPeerPorts && step.Changed.Any(endpoint => !endpoint.Resource.Ports.IsEmpty);
        if (changed.Count == 0 && !portsChanged && !(earlier.LookAtMembers && step.Changed.Count > 0))
            return earlier;
        var numbering = new Numbering(earlier);
        numbering.Renumber(changed, world);
        return numbering.NumberOf.IsEmpty ? Plans.None : new Planner(earlier, numbering, book).Plan();
    }

    private static List<HostClassKey> ChangedClasses(World before, World world)
    {
        var result = before.Classes.Keys.Where(key => !world.Classes.ContainsKey(key)).ToList();
        foreach (var (key, hosts) in world.Classes)
        {
            if (!before.Classes.TryGetValue(key, out var earlier) || !hosts.IsSeenAs(earlier))
                result.Add(key);
        }

        return result;
    }

    private Plans Plan()
    {
        var identities = _numbering.Identities;
        var stacks = new (StackPlan Inbound, StackPlan Outbound)?[identities.Count];
        for (var number = 0; number < stacks.Length; number++)
        {
            if (identities[number] is not { } identity)
                continue;
            var row = number < _earlier.Rows.Length && !_numbering.Changed.Contains(number) ? _earlier.Rows[number] : null;
            stacks[number] = (
                _stacks.Of(row?.Inbound.Stack ?? identity.StackOf(Direction.Inbound)),
                _stacks.Of(row?.Outbound.Stack ?? identity.StackOf(Direction.Outbound)));
        }

        foreach (var row in _earlier.Rows)
        {
            foreach (var group in row?.Plan.Groups ?? [])
                _groups.TryAdd(group, group);
        }

        var rows = ImmutableArray.CreateBuilder<IdentityRow?>(stacks.Length);
        for (var number = 0; number < stacks.Length; number++)
            rows.Add(stacks[number] is { } own ? Row(number, own.Inbound, own.Outbound, stacks) : null);
        var plans = rows.OfType<IdentityRow>().Select(row => row.Plan).ToList();
        return new()
        {
            NumberOf = _numbering.NumberOf,
            LookAtPeerPorts = rows.Any(row => row is not null && (row.Inbound.Stack.LooksAtPeerPorts || row.Outbound.Stack.LooksAtPeerPorts)),
            LookAtMembers = rows.Any(row => row?.Further.All.Any(plan => plan.LooksAtMembers) == true),
            Rows = rows.MoveToImmutable(),
            Sets = [.. plans.SelectMany(plan => plan.Sets.Addresses).Distinct()],
            PortSets = [.. plans.SelectMany(plan => plan.Sets.Ports).Distinct()],
            Groups = [.. plans.SelectMany(plan => plan.Groups).Distinct()],
        };
    }

    private IdentityRow Row(int number, StackPlan inbound, StackPlan outbound, (StackPlan Inbound, StackPlan Outbound)?[] stacks)
    {
        var earlier = number < _earlier.Rows.Length && !_numbering.Changed.Contains(number) ? _earlier.Rows[number] : null;
        var identity = _numbering.Identities[number]!;
        var further = Further(identity, earlier);
        var stays = earlier is not null && further == earlier.Further
            && !IsTouched(number, earlier, inbound, outbound, stacks);
        var plan = stays ? earlier!.Plan : PlanOf(number, inbound, outbound, further, stacks);
        if (earlier is not null && !ReferenceEquals(plan, earlier.Plan) && plan.SaysTheSameAs(earlier.Plan))
            plan = earlier.Plan;
        return new()
        {
            Identity = identity,
            Classes = _numbering.Classes[number],
            Inbound = inbound,
            Outbound = outbound,
            Further = further,
            Plan = plan,
        };
    }

    private FurtherPlans Further(Identity identity, IdentityRow? earlier) => new(
        _stacks.Forward(earlier is null ? identity.ForwardStackOf(Direction.Inbound) : earlier.Further.ForwardIn?.Stack),
        _stacks.Forward(earlier is null ? identity.ForwardStackOf(Direction.Outbound) : earlier.Further.ForwardOut?.Stack),
        _stacks.Forward(earlier is null ? identity.ElsewhereStackOf(Direction.Inbound) : earlier.Further.ElsewhereIn?.Stack),
        _stacks.Forward(earlier is null ? identity.ElsewhereStackOf(Direction.Outbound) : earlier.Further.ElsewhereOut?.Stack));

    /// <summary>Whether something that the identity's plan is made of is another than before.</summary>
    private bool IsTouched(int number, IdentityRow earlier, StackPlan inbound, StackPlan outbound, (StackPlan Inbound, StackPlan Outbound)?[] stacks)
    {
        if (!ReferenceEquals(inbound.Own, earlier.Inbound.Own) || !ReferenceEquals(outbound.Own, earlier.Outbound.Own))
            return true;
        foreach (var peer in _numbering.Changed)
        {
            var before = peer < _earlier.Rows.Length ? _earlier.Rows[peer] : null;
            var after = stacks[peer];
            if (!Equals(Half(before?.Outbound, earlier.Inbound, peer, number), Half(after?.Outbound, inbound, peer, number))
                || !Equals(Half(before?.Inbound, earlier.Outbound, peer, number), Half(after?.Inbound, outbound, peer, number)))
                return true;
        }

        return false;
    }

    /// <summary>What a peer's half adds to a host's plan: nothing where it allows everything, or where the host's own half leaves nothing to deny.</summary>
    private static Residue? Half(StackPlan? theirs, StackPlan own, int peer, int host) =>
        theirs?.ByHost[host] is { IsOpen: false } residue && !IsClosed(own, peer) ? residue : null;

    private static bool IsClosed(StackPlan subject, int host) => subject.ByHost[host]!.IsClosed;

    private HostPlan PlanOf(int number, StackPlan inbound, StackPlan outbound, FurtherPlans further, (StackPlan Inbound, StackPlan Outbound)?[] stacks)
    {
        var host = _numbering.Identities[number]!;
        var sources = Bookend(number, inbound, stacks, Direction.Outbound);
        var destinations = host.Placement == BookendPlacement.Destination ? [] : Bookend(number, outbound, stacks, Direction.Inbound);
        var sets = sources.Concat(destinations).Select(branch => branch.Residue.Sets)
            .Concat([inbound.Own.Sets, outbound.Own.Sets, .. further.All.Select(plan => plan.Own.Sets)]);
        return new(
            host.Mode,
            Stages(inbound.Own, further.ElsewhereIn, sources),
            Stages(outbound.Own, further.ElsewhereOut, destinations),
            ForwardPlan.Stages(further.ForwardIn),
            ForwardPlan.Stages(further.ForwardOut),
            sources.Concat(destinations).Select(branch => Group(new(branch.Residue.SetId, [.. branch.Members]))).ToEquatableArray(),
            NamedSets.Union(sets));
    }

    /// <summary>The own half, which for parts of machines is two stages (<see cref="MachineStages"/>), and the other ends'.</summary>
    private static EquatableArray<Stage> Stages(OwnBlocks own, ForwardPlan? elsewhere, List<(Residue Residue, List<int> Members)> peers)
    {
        var stages = ImmutableArray.CreateBuilder<Stage>(3);
        if (!own.Blocks.IsEmpty || elsewhere is not null)
            stages.Add(own.Stage);
        if (elsewhere is not null)
            stages.Add(elsewhere.Own.Stage);
        if (peers.Count > 0)
            stages.Add(new(peers.Select(peer => peer.Residue.Branch).ToEquatableArray()));
        return stages.ToImmutable();
    }

    /// <summary>
    /// The other ends' half of the host's flows: a branch for the peers whose half reads alike, where it does not allow everything and the
    /// host's own half leaves something to deny.
    /// </summary>
    private static List<(Residue Residue, List<int> Members)> Bookend(
        int host, StackPlan own, (StackPlan Inbound, StackPlan Outbound)?[] stacks, Direction theirs)
    {
        var members = new Dictionary<Residue, List<int>>();
        for (var peer = 0; peer < stacks.Length; peer++)
        {
            if (stacks[peer] is not { } subject)
                continue;
            if (Half(theirs == Direction.Inbound ? subject.Inbound : subject.Outbound, own, peer, host) is not { } residue)
                continue;
            if (!members.TryGetValue(residue, out var alike))
                members[residue] = alike = [];
            alike.Add(peer);
        }

        return [.. members.Select(pair => (pair.Key, pair.Value)).OrderBy(pair => pair.Key.SetId, StringComparer.Ordinal)];
    }

    private PeerGroup Group(PeerGroup group) => _groups.TryGetValue(group, out var known) ? known : _groups[group] = group;
}
