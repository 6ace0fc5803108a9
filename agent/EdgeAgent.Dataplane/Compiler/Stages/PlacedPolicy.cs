using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>One path of a host policy, numbered: stages, rules and the sets that they name.</summary>
internal sealed class PlacedPolicy
{
    private readonly List<PlacedStage> _stages = [];
    private readonly List<PlacedRule> _rules = [];

    public PlacedPolicy(HostPolicy policy, TrafficPath path, PolicyNames names)
    {
        Path = path;
        Sets = new(policy);
        var block = 0;
        foreach (var stage in policy.StagesOf(path))
        {
            var branches = new List<PlacedBranch>();
            foreach (var branch in stage.Branches)
            {
                var first = block;
                var blocks = branch.Blocks.Select(each => new PlacedBlock(block++, each.End, names.Of(each.EndPolicy))).ToList();
                var placed = new PlacedBranch(branch.PeerSet is { } set ? Sets.Number(set) : null, blocks);
                branches.Add(placed);
                for (var i = 0; i < blocks.Count; i++)
                {
                    foreach (var rule in branch.Blocks[i].Rules)
                        _rules.Add(new(_rules.Count, _stages.Count, placed, first + i, rule, names.Of(rule.Policy)));
                }
            }

            _stages.Add(new(branches, stage.Interface));
        }
    }

    public TrafficPath Path { get; }

    public IReadOnlyList<PlacedStage> Stages => _stages;

    /// <summary>All rules of the path, by ordinal.</summary>
    public IReadOnlyList<PlacedRule> Rules => _rules;

    public PeerSets Sets { get; }

    /// <summary>The rule as it reads for traffic whose port sets, if it has any, are these.</summary>
    public PeerRule PeerRule(PlacedRule placed, int[]? portPeers) => new(
        placed,
        placed.Rule.PeerAnyOf.IsEmpty ? null : Numbers(placed.Rule.PeerAnyOf),
        portPeers,
        Numbers(placed.Rule.PeerNoneOf));

    private int[] Numbers(EquatableArray<string> ids) => ids.Count == 0 ? [] : [.. ids.Select(Sets.Number).Distinct().Order()];
}
