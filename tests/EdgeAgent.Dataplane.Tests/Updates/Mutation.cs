using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>Makes the changes that policies see every day: members come and go, rules and blocks change, modes are switched.</summary>
internal static class Mutation
{
    public static HostPolicy Of(HostPolicy policy, Random random) => random.Next(5) switch
    {
        0 => WithMember(policy, random),
        1 => WithoutMember(policy, random),
        2 => policy with { Inbound = Stages(policy.Inbound, random), Revision = policy.Revision.Next },
        3 => policy with { Outbound = Stages(policy.Outbound, random), Revision = policy.Revision.Next },
        _ => policy with { Mode = (EnforcementMode)random.Next(1, 5), Revision = policy.Revision.Next },
    };

    private static HostPolicy WithMember(HostPolicy policy, Random random)
    {
        var set = policy.Sets.Values.ElementAt(random.Next(policy.Sets.Count));
        var member = Cidr.Parse($"10.0.{random.Next(3)}.{random.Next(256)}/{random.Next(22, 33)}");
        return policy with { Sets = policy.Sets.SetItem(set.Id, new(set.Id, set.Prefixes.Append(member))), Revision = policy.Revision.Next };
    }

    private static HostPolicy WithoutMember(HostPolicy policy, Random random)
    {
        var set = policy.Sets.Values.ElementAt(random.Next(policy.Sets.Count));
        return policy with { Sets = policy.Sets.SetItem(set.Id, new(set.Id, set.Prefixes.Where(_ => random.Next(3) > 0))), Revision = policy.Revision.Next };
    }

    private static EquatableArray<Stage> Stages(EquatableArray<Stage> stages, Random random) =>
        stages.Select(stage => stage with { Branches = stage.Branches.Select(branch => branch with { Blocks = branch.Blocks.Select(block => Of(block, random)).ToEquatableArray() }).ToEquatableArray() }).ToEquatableArray();

    private static Block Of(Block block, Random random) => random.Next(3) switch
    {
        0 => block with { Rules = block.Rules.Reverse().ToEquatableArray() },
        1 => block with { Rules = block.Rules.Where(_ => random.Next(3) > 0).ToEquatableArray() },
        _ => block,
    };
}
