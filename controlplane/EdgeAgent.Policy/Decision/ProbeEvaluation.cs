using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Answers probes: the conjunction of both ends over every pair of their addresses.</summary>
internal static class ProbeEvaluation
{
    private static readonly Cidr[] Loopback = [Cidr.Parse("127.0.0.0/8"), Cidr.Parse("::1/128")];

    public static Decision Decide(World world, Probe probe, EquatableArray<Failsafe> failsafes, bool explain)
    {
        var (from, to) = (ProbeEnd.Find(world, probe.From), ProbeEnd.Find(world, probe.To));
        var egress = new List<EndDecision>();
        var ingress = new List<EndDecision>();
        foreach (var source in from.Addresses)
        {
            foreach (var destination in to.Addresses.Where(address => address.Family == source.Family))
            {
                var flow = Flow.Of(probe, source, destination) with { SourceName = from.Name, DestinationName = to.Name };
                var own = (source == destination && (from.Name ?? to.Name) is null) || (from.Host is not null && from.Host == to.Host) || IsLoopback(source) || IsLoopback(destination);
                egress.Add(own ? SameHost : End(world, from.Host, flow, Direction.Outbound, failsafes, explain));
                ingress.Add(own ? SameHost : End(world, to.Host, flow, Direction.Inbound, failsafes, explain));
            }
        }

        return new(probe, Worst(egress), Worst(ingress));
    }

    // Loopback never leaves the host, and is never policed.
    private static bool IsLoopback(IpAddress address)
    {
        foreach (var block in Loopback)
        {
            if (block.Contains(address))
                return true;
        }

        return false;
    }

    private static EndDecision SameHost { get; } = new(true, DecisionReason.SameHost, null, SourcePosition.None);

    private static EndDecision End(World world, Endpoint? host, Flow flow, Direction direction, EquatableArray<Failsafe> failsafes, bool explain)
    {
        if (host is null)
        {
            return new(true, DecisionReason.NotEnforced, null, SourcePosition.None) { Addresses = flow.Addresses(direction) };
        }

        return failsafes.Items.Any(failsafe => Opens(failsafe, flow, direction))
            ? new(true, DecisionReason.Failsafe, null, host.Resource.Source) { Addresses = flow.Addresses(direction) }
            : new EndEvaluation(world, explain).Decide(host, flow, direction);
    }

    private static bool Opens(Failsafe failsafe, Flow flow, Direction direction) =>
        failsafe.Direction == direction
        && failsafe.Protocol == flow.Protocol
        && failsafe.Ports.Contains(flow.Port)
        && (failsafe.SourcePorts is not { } sources || sources.Contains(flow.SourcePort))
        && (failsafe.Peers.IsEmpty || failsafe.Peers.Items.Any(block => block.Contains(flow.Peer(direction))));

    private static EndDecision Worst(List<EndDecision> decisions) =>
        decisions.Find(decision => !decision.Allowed)
        ?? decisions.FirstOrDefault()
        ?? new(true, DecisionReason.NoCommonFamily, null, SourcePosition.None);
}
