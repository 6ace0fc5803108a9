using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>
/// Says of a flow whether an enforcement lets its first packet pass, as the kernel's table made from it does. Verdicts are remembered
/// by what policy looks at, so that fifty thousand flows to one port cost one evaluation for each peer.
/// </summary>
/// <param name="enforcement">What decides.</param>
/// <param name="interfaceOf">
/// The interface that the traffic of an address takes; null for an address that no packet is forwarded to. What stages of some interfaces say of
/// a flow whose interface is not known does not count.
/// </param>
public sealed class FlowJudge(Enforcement enforcement, Func<IpAddress, string?> interfaceOf)
{
    private readonly HostPolicy _policy = enforcement.Effective;
    private readonly bool _looksAtSourcePorts =
        enforcement.Failsafes.Any(failsafe => failsafe.SourcePorts is not null)
        || enforcement.Policy.Policy.AllStages()
            .SelectMany(stage => stage.Branches).SelectMany(branch => branch.Blocks).SelectMany(block => block.Rules)
            .Any(rule => !rule.SourcePorts.IsEmpty);

    private readonly Dictionary<HostFlow, bool> _verdicts = [];

    /// <summary>Whether the flow is allowed.</summary>
    public bool Allows(HostFlow flow)
    {
        var key = _looksAtSourcePorts ? flow : flow with { SourcePort = 0 };
        if (!_verdicts.TryGetValue(key, out var allowed))
        {
            allowed = Judge(flow);
            _verdicts.Add(key, allowed);
        }

        return allowed;
    }

    private bool Judge(HostFlow flow) => _policy.Mode switch
    {
        EnforcementMode.Off or EnforcementMode.Audit => true,
        _ when flow.IsForwarded => IsForwarded(flow),
        EnforcementMode.Quarantine => IsAlwaysOpen(flow),
        _ => IsAlwaysOpen(flow) || PassesStages(flow, flow.Direction.OwnPath()),
    };

    // Where nothing decides on forwarded traffic no route is asked for.
    private bool IsForwarded(HostFlow flow) =>
        _policy.ForwardIn.Count + _policy.ForwardOut.Count == 0
        || interfaceOf(flow.Peer) is null
        || interfaceOf(flow.Self) is null
        || (PassesStages(flow, TrafficPath.ForwardIn) && PassesStages(flow.Leaving(), TrafficPath.ForwardOut));

    private bool IsAlwaysOpen(HostFlow flow) =>
        (flow.Protocol == IpProtocol.IcmpV6 && flow.IcmpType is (>= 1 and <= 4) or (>= 130 and <= 136) or 143)
        || enforcement.Failsafes.Any(failsafe => failsafe.Direction == flow.Direction
            && failsafe.Protocol == flow.Protocol
            && (!flow.Protocol.HasPorts || failsafe.Ports.Contains(flow.Port))
            && (failsafe.SourcePorts is not { } source || source.Contains(flow.SourcePort))
            && (failsafe.Peers.IsEmpty || failsafe.Peers.Any(peer => peer.Contains(flow.Peer))));

    private bool PassesStages(HostFlow flow, TrafficPath path)
    {
        foreach (var stage in _policy.StagesOf(path))
        {
            if (stage.Interface is { } match && !(interfaceOf(flow.Peer) is { } name && match.Matches(name)))
                continue;
            var branch = stage.Branches.FirstOrDefault(branch => branch.PeerSet is null || _policy.Sets[branch.PeerSet].Contains(flow.Peer));
            if (branch is not null && !Passes(branch, flow))
                return false;
        }

        return true;
    }

    private bool Passes(Branch branch, HostFlow flow)
    {
        foreach (var block in branch.Blocks)
        {
            var first = block.Rules.FirstOrDefault(rule => rule.Verdict != Verdict.Log && Matches(rule, flow));
            switch (first?.Verdict)
            {
                case Verdict.Allow:
                    return true;
                case Verdict.Deny:
                    return false;
                case null when block.End == BlockEnd.Deny:
                    return false;
                default:
                    break;
            }
        }

        return true;
    }

    private bool Matches(Rule rule, HostFlow flow) =>
        (rule.Family is null || rule.Family == flow.Peer.Family)
        && (rule.Protocol is not { } protocol || protocol.Matches(flow.Protocol))
        && (rule.Ports.IsEmpty || (flow.Protocol.HasPorts && rule.Ports.Any(range => range.Contains(flow.Port))))
        && (rule.SourcePorts.IsEmpty || (flow.Protocol.HasPorts && rule.SourcePorts.Any(range => range.Contains(flow.SourcePort))))
        && (rule.Icmp is not { } icmp || (flow.Protocol.HasIcmpType && icmp.Matches(flow.IcmpType, flow.IcmpCode)))
        && (rule.PeerAnyOf.IsEmpty || rule.PeerAnyOf.Any(id => _policy.Sets[id].Contains(flow.Peer)))
        && !rule.PeerNoneOf.Any(id => _policy.Sets[id].Contains(flow.Peer))
        && (rule.PeerPorts.IsEmpty || rule.PeerPorts.Any(id => Holds(_policy.PortSets[id], new(flow.Peer, flow.Protocol, flow.Port))))
        && (rule.SelfAnyOf.IsEmpty || rule.SelfAnyOf.Any(block => block.Contains(flow.Self)))
        && !rule.SelfNoneOf.Any(block => block.Contains(flow.Self));

    private static bool Holds(PortSet set, PortSetMember member) => set.Members.AsSpan().BinarySearch(member) >= 0;
}
