using EdgeAgent.Contracts;

namespace EdgeAgent.Testing;

/// <summary>What a host policy does with a packet.</summary>
/// <param name="Allowed">Whether it passes; modes and failsafes are not looked at.</param>
/// <param name="DecidedBy">For each stage looked at, the rule or block end that decided; null where nothing did.</param>
/// <param name="Logged">The policies whose Log rules matched, in order.</param>
public sealed record HostPolicyDecision(bool Allowed, IReadOnlyList<PolicyReference?> DecidedBy, IReadOnlyList<PolicyReference> Logged);

/// <summary>Evaluates a host policy as its doc comments say, rule by rule: the reference for every kernel ruleset made from one.</summary>
public static class HostPolicyEvaluator
{
    /// <summary>The decision on a packet.</summary>
    public static HostPolicyDecision Decide(HostPolicy policy, Packet packet)
    {
        if (packet.IsForwarded)
        {
            var arriving = Decide(policy, packet, TrafficPath.ForwardIn);
            if (!arriving.Allowed)
                return arriving;
            var leaving = Decide(policy, packet.Leaving(), TrafficPath.ForwardOut);
            return new(leaving.Allowed, [.. arriving.DecidedBy, .. leaving.DecidedBy], [.. arriving.Logged, .. leaving.Logged]);
        }

        return Decide(policy, packet, packet.Direction.OwnPath());
    }

    /// <summary>The decision of a path's stages alone.</summary>
    public static HostPolicyDecision Decide(HostPolicy policy, Packet packet, TrafficPath path)
    {
        var decidedBy = new List<PolicyReference?>();
        var logged = new List<PolicyReference>();
        foreach (var stage in policy.StagesOf(path))
        {
            var (allowed, by) = Stage(policy, stage, packet, logged);
            decidedBy.Add(by);
            if (!allowed)
                return new(false, decidedBy, logged);
        }

        return new(true, decidedBy, logged);
    }

    /// <summary>Whether a packet passes.</summary>
    public static bool Allows(HostPolicy policy, Packet packet) => Decide(policy, packet).Allowed;

    private static (bool Allowed, PolicyReference? By) Stage(HostPolicy policy, Stage stage, Packet packet, List<PolicyReference> logged)
    {
        if (stage.Interface?.Matches(packet.Interface) == false)
            return (true, null);
        foreach (var branch in stage.Branches)
        {
            if (branch.PeerSet is null || policy.Sets[branch.PeerSet].Contains(packet.Peer))
                return Branch(policy, branch, packet, logged);
        }

        return (true, null);
    }

    private static (bool Allowed, PolicyReference? By) Branch(HostPolicy policy, Branch branch, Packet packet, List<PolicyReference> logged)
    {
        foreach (var block in branch.Blocks)
        {
            var decision = FirstMatch(policy, block, packet, logged);
            if (decision is { Verdict: not Verdict.Pass })
                return (decision.Verdict == Verdict.Allow, decision.Policy);
            if (decision is null && block.End == BlockEnd.Deny)
                return (false, block.EndPolicy);
        }

        return (true, null);
    }

    private static Rule? FirstMatch(HostPolicy policy, Block block, Packet packet, List<PolicyReference> logged)
    {
        foreach (var rule in block.Rules)
        {
            if (!Matches(policy, rule, packet))
                continue;
            if (rule.Verdict != Verdict.Log)
                return rule;
            logged.Add(rule.Policy);
        }

        return null;
    }

    private static bool Matches(HostPolicy policy, Rule rule, Packet packet) =>
        (rule.Family is null || rule.Family == packet.Peer.Family)
        && (rule.Protocol is null || rule.Protocol.Value.Matches(packet.Protocol))
        && (rule.Ports.IsEmpty || (packet.Protocol.HasPorts && rule.Ports.Any(range => range.Contains(packet.Port))))
        && (rule.SourcePorts.IsEmpty || (packet.Protocol.HasPorts && rule.SourcePorts.Any(range => range.Contains(packet.SourcePort))))
        && (rule.Icmp is null || (packet.Protocol.HasIcmpType && rule.Icmp.Value.Matches(packet.IcmpType, packet.IcmpCode)))
        && (rule.PeerAnyOf.IsEmpty || rule.PeerAnyOf.Any(id => policy.Sets[id].Contains(packet.Peer)))
        && !rule.PeerNoneOf.Any(id => policy.Sets[id].Contains(packet.Peer))
        && (rule.PeerPorts.IsEmpty || rule.PeerPorts.Any(id => policy.PortSets[id].Members.Contains(new PortSetMember(packet.Peer, packet.Protocol, packet.Port))))
        && (rule.SelfAnyOf.IsEmpty || rule.SelfAnyOf.Any(block => block.Contains(packet.Self)))
        && !rule.SelfNoneOf.Any(block => block.Contains(packet.Self));
}
