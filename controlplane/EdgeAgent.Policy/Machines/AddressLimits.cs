using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Limits a stage to some of a machine's own addresses: what it says of others, it allows.</summary>
internal static class AddressLimits
{
    /// <summary>The stage for some addresses alone; null where it then says nothing.</summary>
    public static Stage? Only(Stage stage, EquatableArray<Cidr> addresses) => With(stage, rule =>
    {
        var among = addresses.Where(address => (rule.SelfAnyOf.IsEmpty || rule.SelfAnyOf.Any(block => block.Contains(address))) && !rule.SelfNoneOf.Any(block => block.Contains(address))).ToEquatableArray();
        return among.IsEmpty ? null : rule with { SelfAnyOf = among, SelfNoneOf = [] };
    });

    /// <summary>The stage for all addresses but some; null where it then says nothing.</summary>
    public static Stage? AllBut(Stage stage, EquatableArray<Cidr> addresses) => addresses.IsEmpty && stage.Branches.Items.Any(branch => !branch.Blocks.IsEmpty) ? stage : With(stage, rule =>
    {
        if (rule.SelfAnyOf.IsEmpty)
            return rule with { SelfNoneOf = new(CidrSet.Canonical(rule.SelfNoneOf.Concat(addresses))) };
        EquatableArray<Cidr> left = new(CidrSet.Except(rule.SelfAnyOf.Items, addresses.Items));
        return left.IsEmpty ? null : rule with { SelfAnyOf = left };
    });

    private static Stage? With(Stage stage, Func<Rule, Rule?> change)
    {
        var branches = stage.Branches.Select(branch => branch with { Blocks = branch.Blocks.Select(block => With(block, change)).Where(block => !block.Rules.IsEmpty).ToEquatableArray() }).ToEquatableArray();
        return branches.Items.Any(branch => !branch.Blocks.IsEmpty) ? stage with { Branches = branches } : null;
    }

    /// <summary>A denying end is a rule then, since it is not about all of the machine's addresses.</summary>
    private static Block With(Block block, Func<Rule, Rule?> change)
    {
        var rules = block.End == BlockEnd.Deny ? block.Rules.Items.Add(new(Verdict.Deny, block.EndPolicy)) : block.Rules.Items;
        return new(rules.Select(change).OfType<Rule>().ToEquatableArray(), BlockEnd.Pass, default);
    }
}
