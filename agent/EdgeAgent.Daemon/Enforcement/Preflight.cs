using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon;

/// <summary>
/// Looks, before a new policy comes into force, for a live SSH session that it would cut, and for the agent's own connection: whoever is on
/// the host should hear of it first. The address of the control plane is a failsafe that no list can take away; only where this host
/// translates it, the policy has a say.
/// </summary>
internal sealed class Preflight(string? networkNamespace, TranslatedChannel channel)
{
    private const ushort Ssh = 22;

    /// <summary>Why the policy must not come into force unless an operator insists; null for no reason.</summary>
    internal string? Objection(Enforcement target)
    {
        var translated = channel.Flows;
        var isOpen = target.Failsafes.Any(IsOpenToAll);
        if (isOpen && translated.Count == 0)
            return null;
        using var routes = new HostRoutes(networkNamespace);
        var judge = new FlowJudge(target, routes.InterfaceOf);
        foreach (var flow in translated)
        {
            if (!judge.Allows(flow))
                return $"{target.Policy} would cut this agent's own connection to the control plane, whose address this host translates to {flow.Peer} port {flow.Port}; 'edgectl retry' applies it nevertheless";
        }

        if (isOpen)
            return null;
        var own = InterfaceAddresses.All(networkNamespace).ToHashSet();
        var cut = EstablishedSockets.Read(networkNamespace)
            .Where(flow => flow.DestinationPort == Ssh && own.Contains(flow.Destination) && !own.Contains(flow.Source))
            .Where(flow => !judge.Allows(new(Direction.Inbound, flow.Destination, flow.Source, flow.Protocol, flow.DestinationPort, flow.SourcePort)))
            .Select(flow => flow.Source)
            .Distinct()
            .Order()
            .ToList();
        return cut.Count == 0
            ? null
            : $"{target.Policy} would cut the live SSH session{(cut.Count == 1 ? "" : "s")} from {string.Join(", ", cut)}; 'edgectl retry' applies it nevertheless";
    }

    private static bool IsOpenToAll(Failsafe failsafe) =>
        failsafe.Direction == Direction.Inbound && failsafe.Protocol == IpProtocol.Tcp && failsafe.Ports.Contains(Ssh) && failsafe.Peers.IsEmpty && failsafe.SourcePorts is null;
}
