using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Plans what the hosts of each identity must enforce. What earlier plans were made from and still holds is taken over.</summary>
internal sealed class Planner
{
    private readonly World _world;
    private readonly Plans _earlier;
    private readonly bool _samePolicies;
    private readonly SetCatalog _sets;
    private readonly Dictionary<Identity, Identity> _identities = [];
    private readonly Dictionary<Stack, OwnBlocks> _own = [];
    private readonly Dictionary<Stack, Dictionary<View, Residue>> _residues = [];
    private readonly Dictionary<Residue, Residue> _distinct = [];
    private readonly Dictionary<PeerGroup, PeerGroup> _groups = [];

    private Planner(World before, World world, Plans earlier, AddressBook book)
    {
        _samePolicies = before.Policies == world.Policies;
        _world = world;
        _earlier = earlier;
        _sets = new(book, earlier);
    }

    /// <summary>The plans for a world.</summary>
    /// <param name="before">The world of the earlier plans.</param>
    /// <param name="world">The world.</param>
    /// <param name="earlier">The earlier plans.</param>
    /// <param name="book">The addresses of the world.</param>
    public static Plans Plan(World before, World world, Plans earlier, AddressBook book)
    {
        var endpointsMatter = earlier.Own.Keys.Any(stack => stack.LooksAtPeerPorts);
        return before.Classes == world.Classes && before.Policies == world.Policies && !endpointsMatter
            ? earlier
            : new Planner(before, world, earlier, book).Plan();
    }

    private Plans Plan()
    {
        // Facts say what the policies in order have to do with hosts: over other policies equal facts mean other things.
        foreach (var known in _samePolicies ? _earlier.ByIdentity.Keys : [])
            _identities[known] = known;
        var identityOf = ImmutableDictionary.CreateBuilder<HostClassKey, Identity>();
        foreach (var (key, members) in _world.Classes)
        {
            var identity = new Identity(members, _world.Policies);
            identityOf[key] = _identities.TryGetValue(identity, out var known) ? known : _identities[identity] = identity;
        }

        var identities = identityOf.Values.Distinct().ToImmutableArray();
        foreach (var group in _earlier.ByIdentity.Values.SelectMany(plan => plan.Groups))
            _groups[group] = group;
        var matrix = new ResidueMatrix(identities, ResiduesOf);
        var plans = ImmutableDictionary.CreateBuilder<Identity, HostPlan>();
        for (var i = 0; i < identities.Length; i++)
            plans[identities[i]] = PlanOf(matrix, i);
        return new()
        {
            IdentityOf = identityOf.ToImmutable(),
            ByIdentity = plans.ToImmutable(),
            Own = _own.ToImmutableDictionary(),
            Residues = _residues.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.ToImmutableDictionary()),
            Sets = _sets.Definitions(RememberedRules().SelectMany(rule => rule.PeerAnyOf.Items.Concat(rule.PeerNoneOf.Items))),
            PortSets = _sets.PortDefinitions(RememberedRules().SelectMany(rule => rule.PeerPorts.Items)),
            NamedSets = plans.Values.SelectMany(plan => plan.SetIds).ToImmutableHashSet(StringComparer.Ordinal),
            NamedPortSets = plans.Values.SelectMany(plan => plan.PortSetIds).ToImmutableHashSet(StringComparer.Ordinal),
        };
    }

    private IEnumerable<Rule> RememberedRules() =>
        _own.Values.SelectMany(own => own.Blocks.Items)
            .Concat(_distinct.Keys.SelectMany(residue => residue.Blocks.Items))
            .SelectMany(block => block.Rules.Items);

    private HostPlan PlanOf(ResidueMatrix matrix, int place)
    {
        var host = matrix.Identities[place];
        var (inboundPeers, inboundGroups) = Bookend(matrix, place, Direction.Inbound);
        var (outboundPeers, outboundGroups) = host.Placement == BookendPlacement.Destination ? ([], []) : Bookend(matrix, place, Direction.Outbound);
        var inbound = Stages(Own(host.Subject(Direction.Inbound)), inboundPeers);
        var outbound = Stages(Own(host.Subject(Direction.Outbound)), outboundPeers);
        var groups = inboundGroups.AddRange(outboundGroups);
        return _earlier.ByIdentity.TryGetValue(host, out var earlier) && earlier.Inbound == inbound && earlier.Outbound == outbound && earlier.Groups.SequenceEqual(groups)
            ? earlier
            : new(host, inbound, outbound, groups);
    }

    private static EquatableArray<Stage> Stages(EquatableArray<Block> own, EquatableArray<Branch> peers)
    {
        var stages = ImmutableArray.CreateBuilder<Stage>(2);
        if (!own.IsEmpty)
            stages.Add(new([new(null, own)]));
        if (!peers.IsEmpty)
            stages.Add(new(peers));
        return stages.ToImmutable();
    }

    private EquatableArray<Block> Own(Stack stack)
    {
        if (_own.TryGetValue(stack, out var own))
            return own.Blocks;
        if (stack.LooksAtPeerPorts || !_earlier.Own.TryGetValue(stack, out own))
            own = new(new TierBlocks(stack, new OwnRuleWriter(stack, _sets)).Build().ToEquatableArray());
        _own[stack] = own;
        return own.Blocks;
    }

    /// <summary>
    /// The other ends' half of the host's flows: a branch for the peers whose half reads alike, where it does not allow everything and the
    /// host's own half leaves something to deny.
    /// </summary>
    private (EquatableArray<Branch> Branches, ImmutableArray<PeerGroup> Groups) Bookend(ResidueMatrix matrix, int place, Direction direction)
    {
        var theirs = direction == Direction.Inbound ? Direction.Outbound : Direction.Inbound;
        var members = new Dictionary<Residue, ImmutableArray<Identity>.Builder>(ReferenceEqualityComparer.Instance);
        for (var peer = 0; peer < matrix.Identities.Length; peer++)
        {
            var residue = matrix.Of(theirs, subject: peer, host: place);
            if (residue.IsOpen || matrix.Of(direction, subject: place, host: peer).IsClosed)
                continue;
            if (!members.TryGetValue(residue, out var alike))
                members[residue] = alike = ImmutableArray.CreateBuilder<Identity>();
            alike.Add(matrix.Identities[peer]);
        }

        var branches = members.OrderBy(pair => pair.Key.SetId, StringComparer.Ordinal).ToList();
        return (
            branches.Select(pair => new Branch(pair.Key.SetId, pair.Key.Blocks)).ToEquatableArray(),
            [.. branches.Select(pair => Group(new(pair.Key.SetId, pair.Value.ToImmutable())))]);
    }

    private PeerGroup Group(PeerGroup group) => _groups.TryGetValue(group, out var known) ? known : _groups[group] = group;

    /// <summary>What one identity's stack leaves for each of the others.</summary>
    private Residue[] ResiduesOf(ImmutableArray<Identity> identities, Identity subject, Direction direction)
    {
        var stack = subject.Subject(direction);
        var places = subject.Places(direction);
        var result = new Residue[identities.Length];
        if (!_residues.TryGetValue(stack, out var known))
            _residues[stack] = known = [];
        var earlier = _earlier.Residues.GetValueOrDefault(stack);
        for (var i = 0; i < identities.Length; i++)
        {
            var view = new View(stack, places, identities[i]);
            if (!known.TryGetValue(view, out var residue))
            {
                residue = earlier is not null && earlier.TryGetValue(view, out var before) ? before : Compute(stack, view);
                known[view] = residue = _distinct.TryGetValue(residue, out var equal) ? equal : _distinct[residue] = residue;
            }

            result[i] = residue;
        }

        return result;
    }

    private Residue Compute(Stack stack, View view) => stack.IsEnforced && !(stack.Shape.Families & view.Shape.Families).IsNone
        ? Residue.Of(stack.Direction, new TierBlocks(stack, new PeerRuleWriter(stack, view, _sets)).Build())
        : Residue.Open(stack.Direction);
}
