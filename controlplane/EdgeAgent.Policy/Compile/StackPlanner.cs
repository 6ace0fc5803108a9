using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Makes what stacks need, anew only where a stack is new or a host at the other end looks different.</summary>
internal sealed class StackPlanner
{
    private readonly IReadOnlyList<Identity?> _identities;
    private readonly IReadOnlySet<int> _changed;
    private readonly AddressBook _book;
    private readonly Dictionary<Stack, StackPlan> _earlier = [];
    private readonly Dictionary<Stack, StackPlan> _plans = [];
    private readonly Dictionary<Stack, ForwardPlan> _earlierForward = [];
    private readonly Dictionary<Stack, ForwardPlan> _forward = [];
    private readonly Dictionary<Residue, Residue> _distinct = [];

    /// <param name="earlier">The plans of before.</param>
    /// <param name="identities">All identities, by number.</param>
    /// <param name="changed">The numbers whose identity is another than before.</param>
    /// <param name="book">The addresses of the world.</param>
    public StackPlanner(Plans earlier, IReadOnlyList<Identity?> identities, IReadOnlySet<int> changed, AddressBook book)
    {
        (_identities, _changed, _book) = (identities, changed, book);
        foreach (var row in earlier.Rows)
        {
            if (row is null)
                continue;
            _earlier.TryAdd(row.Inbound.Stack, row.Inbound);
            _earlier.TryAdd(row.Outbound.Stack, row.Outbound);
            foreach (var forward in row.Further.All)
                _earlierForward.TryAdd(forward.Stack, forward);
        }
    }

    /// <summary>The plan of a stack.</summary>
    public StackPlan Of(Stack stack)
    {
        if (!_plans.TryGetValue(stack, out var plan))
            _plans[stack] = plan = _earlier.TryGetValue(stack, out var earlier) ? Renew(earlier) : Make(stack);
        return plan;
    }

    /// <summary>The plan of a stack of traffic in which no host of the stack is the own end; null where there is none.</summary>
    public ForwardPlan? Forward(Stack? stack)
    {
        if (stack is null)
            return null;
        if (!_forward.TryGetValue(stack, out var plan))
            _forward[stack] = plan = MakeForward(stack);
        return plan;
    }

    private ForwardPlan MakeForward(Stack stack)
    {
        if (_earlierForward.TryGetValue(stack, out var earlier) && !earlier.LooksAtMembers)
            return earlier;
        var sets = new SetCatalog(_book);
        var blocks = new TierBlocks(stack, new ForwardRuleWriter(stack.Direction, _book, sets)).Build().ToEquatableArray();
        var plan = new ForwardPlan(stack, new(blocks, sets.NamedBy(blocks)));
        return earlier is not null && plan.SaysTheSameAs(earlier) ? earlier : plan;
    }

    private StackPlan Make(Stack stack)
    {
        var residues = ImmutableDictionary.CreateBuilder<View, Residue>();
        var byHost = new Residue?[_identities.Count];
        for (var host = 0; host < byHost.Length; host++)
        {
            if (_identities[host] is { } identity)
                byHost[host] = ResidueOf(stack, identity, residues);
        }

        return new(stack, Own(stack), residues.ToImmutable(), byHost);
    }

    private StackPlan Renew(StackPlan earlier)
    {
        var stack = earlier.Stack;

        // Views that belong to no identity any more are let go with the others, now and then.
        var residues = (earlier.Residues.Count > (2 * _identities.Count) + 16 ? earlier.Residues.Clear() : earlier.Residues).ToBuilder();
        var byHost = earlier.ByHost;
        if (byHost.Length != _identities.Count)
            Array.Resize(ref byHost, _identities.Count);
        foreach (var host in _changed)
        {
            var residue = _identities[host] is { } identity ? ResidueOf(stack, identity, residues) : null;
            if (ReferenceEquals(residue, byHost[host]))
                continue;
            if (ReferenceEquals(byHost, earlier.ByHost))
                byHost = [.. byHost];
            byHost[host] = residue;
        }

        var own = stack.LooksAtPeerPorts ? Own(stack) : earlier.Own;
        return ReferenceEquals(byHost, earlier.ByHost) && ReferenceEquals(own, earlier.Own) ? earlier : new(stack, own, residues.ToImmutable(), byHost);
    }

    private OwnBlocks Own(Stack stack)
    {
        var sets = new SetCatalog(_book);
        var blocks = new TierBlocks(stack, new OwnRuleWriter(stack, sets)).Build().ToEquatableArray();
        return new(blocks, sets.NamedBy(blocks));
    }

    private Residue ResidueOf(Stack stack, Identity host, ImmutableDictionary<View, Residue>.Builder residues)
    {
        var view = new View(stack, host);
        if (residues.TryGetValue(view, out var known))
            return known;
        var residue = Compute(stack, view);
        if (!_distinct.TryGetValue(residue, out var equal))
            _distinct[residue] = equal = residue;
        residues[view] = equal;
        return equal;
    }

    private Residue Compute(Stack stack, View view)
    {
        if (!stack.IsEnforced || (stack.Shape.Families & view.Shape.Families).IsNone)
            return Residue.Open(stack.Direction);
        var sets = new SetCatalog(_book);
        return Residue.Of(stack.Direction, new TierBlocks(stack, new PeerRuleWriter(stack, view, sets)).Build(), sets);
    }
}
