using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Rules of one block, found by the sets that hold a peer.</summary>
internal sealed class BlockRules
{
    private const int IndexFrom = 8;

    private readonly List<PeerRule> _rules = [];
    private readonly List<PeerRule> _forAnyone = [];
    private Dictionary<int, List<PeerRule>>? _bySet;

    /// <summary>Adds a rule; ordinals ascend.</summary>
    public void Add(PeerRule rule)
    {
        _rules.Add(rule);
        if (rule.Holders is null)
            _forAnyone.Add(rule);
        _bySet = null;
    }

    /// <summary>The number of rules before an ordinal.</summary>
    public int CountBefore(int ordinal)
    {
        var (low, high) = (0, _rules.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _rules[middle].Ordinal < ordinal ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The first rule that decides about the peer and comes before the ordinal, or null; Log rules do not decide.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="before">The ordinal that the rule must be below.</param>
    /// <param name="cell">The traffic; rules that were removed on the way to it do not count.</param>
    /// <param name="owner">The cell of these rules: the same or one above.</param>
    public PeerRule? First(PeerClass peer, int before, TrafficCell cell, TrafficCell owner)
    {
        if (_rules.Count < IndexFrom)
            return First(_rules, peer, before, cell, owner);
        var best = First(_forAnyone, peer, before, cell, owner);
        foreach (var set in peer.Sets)
        {
            if (Index().TryGetValue(set, out var rules))
                best = First(rules, peer, best?.Ordinal ?? before, cell, owner) ?? best;
        }

        return best;
    }

    /// <summary>All rules that hold for the peer, in no order.</summary>
    public IEnumerable<PeerRule> All(PeerClass peer, TrafficCell cell, TrafficCell owner) =>
        _rules.Where(rule => rule.Holds(peer) && !cell.Removes(rule, owner));

    private static PeerRule? First(List<PeerRule> rules, PeerClass peer, int before, TrafficCell cell, TrafficCell owner)
    {
        foreach (var rule in rules)
        {
            if (rule.Ordinal >= before)
                return null;
            if (rule.Rule.Verdict != Verdict.Log && rule.Holds(peer) && !cell.Removes(rule, owner))
                return rule;
        }

        return null;
    }

    private Dictionary<int, List<PeerRule>> Index()
    {
        if (_bySet is not null)
            return _bySet;
        _bySet = [];
        foreach (var rule in _rules)
        {
            foreach (var set in rule.Holders ?? [])
            {
                if (!_bySet.TryGetValue(set, out var rules))
                    _bySet.Add(set, rules = []);
                rules.Add(rule);
            }
        }

        return _bySet;
    }
}
