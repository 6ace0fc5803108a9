using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>
/// Says of a flow whether an enforcement lets its first packet pass, as the kernel's table made from it does. Verdicts are remembered
/// by what policy looks at, so that fifty thousand flows to one port cost one evaluation for each peer.
/// </summary>
public sealed class FlowJudge(Enforcement enforcement)
{
    private readonly HostPolicy _policy = enforcement.Effective;
    private readonly bool _looksAtSourcePorts =
        enforcement.Failsafes.Any(failsafe => failsafe.SourcePorts is not null)
        || enforcement.Policy.Policy.Inbound.Concat(enforcement.Policy.Policy.Outbound)
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
        EnforcementMode.Quarantine => IsAlwaysOpen(flow),
        _ => IsAlwaysOpen(flow) || PassesStages(flow),
    };

    private bool IsAlwaysOpen(HostFlow flow) =>
        (flow.Protocol == IpProtocol.IcmpV6 && flow.IcmpType is (>= 1 and <= 4) or (>= 130 and <= 136) or 143)
        || enforcement.Failsafes.Any(failsafe => failsafe.Direction == flow.Direction
            && failsafe.Protocol == flow.Protocol
            && (!flow.Protocol.HasPorts || failsafe.Ports.Contains(flow.Port))
            && (failsafe.SourcePorts is not { } source || source.Contains(flow.SourcePort))
            && (failsafe.Peers.IsEmpty || failsafe.Peers.Any(peer => peer.Contains(flow.Peer))));

    private bool PassesStages(HostFlow flow)
    {
        foreach (var stage in flow.Direction == Direction.Inbound ? _policy.Inbound : _policy.Outbound)
        {
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
