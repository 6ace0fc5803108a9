using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon.Tests;

/// <summary>Small random changes of a policy of <see cref="RandomPolicies"/>.</summary>
internal static class PolicyMutation
{
    internal static HostPolicy Of(HostPolicy policy, Random random) => random.Next(6) switch
    {
        0 or 1 => Members(policy, random),
        2 => policy with { PortSets = policy.PortSets.SetItem("p0", new PortSet("p0", policy.PortSets["p0"].Members.Skip(random.Next(3)))) },
        3 => Rules(policy, random, rules => rules.Count == 0 ? rules : rules.Where((_, i) => i != random.Next(rules.Count)).ToEquatableArray()),
        4 => Rules(policy, random, rules => [.. rules.Reverse()]),
        _ => Rules(policy, random, rules => [.. rules.Take(1), Added(random), .. rules.Skip(1)]),
    };

    private static HostPolicy Members(HostPolicy policy, Random random)
    {
        var set = policy.Sets[$"s{random.Next(4)}"];
        var block = Cidr.Parse($"10.0.0.{random.Next(8)}/32");
        var members = random.Next(2) == 0 ? set.Prefixes.Append(block) : CidrSet.Except(set.Prefixes, [block]);
        return policy with { Sets = policy.Sets.SetItem(set.Id, new AddressSet(set.Id, members)) };
    }

    private static Rule Added(Random random) => new((Verdict)random.Next(1, 5), Policies.Reference)
    {
        Protocol = new(random.Next(2) == 0 ? IpProtocol.Tcp : IpProtocol.Udp, false),
        Ports = random.Next(4) == 0 ? [] : [PortRange.Single((ushort)random.Next(5))],
        PeerAnyOf = random.Next(2) == 0 ? [] : [$"s{random.Next(4)}"],
    };

    private static HostPolicy Rules(HostPolicy policy, Random random, Func<EquatableArray<Rule>, EquatableArray<Rule>> change)
    {
        var path = TrafficPaths.All[random.Next(4)];
        var target = random.Next(6);
        var seen = 0;
        var stages = policy.StagesOf(path).Select(stage => stage with { Branches = stage.Branches.Select(Changed).ToEquatableArray() }).ToEquatableArray();
        return path switch
        {
            TrafficPath.Inbound => policy with { Inbound = stages },
            TrafficPath.Outbound => policy with { Outbound = stages },
            TrafficPath.ForwardIn => policy with { ForwardIn = stages },
            _ => policy with { ForwardOut = stages },
        };

        Branch Changed(Branch branch) => branch with
        {
            Blocks = branch.Blocks.Select(block => seen++ == target ? block with { Rules = change(block.Rules) } : block).ToEquatableArray(),
        };
    }
}
