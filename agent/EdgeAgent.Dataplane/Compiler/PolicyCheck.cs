using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>Refuses host policies whose rules contradict the contract of <see cref="Rule"/>, before anything is compiled.</summary>
internal static class PolicyCheck
{
    public static void Verify(HostPolicy policy)
    {
        foreach (var path in TrafficPaths.All)
            Verify(policy, path.Direction(), policy.StagesOf(path));
    }

    private static void Verify(HostPolicy policy, Direction direction, EquatableArray<Stage> stages)
    {
        foreach (var branch in stages.SelectMany(stage => stage.Branches))
        {
            if (branch.PeerSet is { } set)
                Known(policy, set, $"a branch of the {direction} stages");
            foreach (var rule in branch.Blocks.SelectMany(block => block.Rules))
                Verify(policy, direction, rule);
        }
    }

    private static void Verify(HostPolicy policy, Direction direction, Rule rule)
    {
        var positive = rule.Protocol is { Negated: false } match ? match.Protocol : (IpProtocol?)null;
        if (!(rule.Ports.IsEmpty && rule.SourcePorts.IsEmpty) && positive?.HasPorts != true)
            throw Refusal(rule, $"names ports of {Name(rule)}; expected TCP, UDP, SCTP or UDPLite");
        if (rule.Icmp is not null && positive?.HasIcmpType != true)
            throw Refusal(rule, $"names an ICMP type of {Name(rule)}; expected ICMP or ICMPv6");
        if (!rule.PeerPorts.IsEmpty && direction == Direction.Inbound)
            throw Refusal(rule, "names ports of the peer in the inbound direction; they are known of destinations alone");
        if (rule.Verdict is < Verdict.Allow or > Verdict.Log)
            throw Refusal(rule, $"has the unknown verdict {(int)rule.Verdict}");
        foreach (var id in rule.PeerAnyOf.Concat(rule.PeerNoneOf))
            Known(policy, id, $"a rule of {rule.Policy}");
        foreach (var id in rule.PeerPorts)
        {
            if (!policy.PortSets.ContainsKey(id))
                throw Refusal(rule, $"names the port set '{id}' that the host policy lacks");
        }
    }

    private static void Known(HostPolicy policy, string id, string where)
    {
        if (!policy.Sets.ContainsKey(id))
            throw new UncompilablePolicyException($"{where} names the address set '{id}' that the host policy lacks");
    }

    private static string Name(Rule rule) => rule.Protocol is { } match ? $"{(match.Negated ? "all protocols but " : "")}{match.Protocol}" : "any protocol";

    private static UncompilablePolicyException Refusal(Rule rule, string what) => new($"a rule of {rule.Policy} {what}");
}
