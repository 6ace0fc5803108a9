using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon;

/// <summary>
/// Looks, before a new policy comes into force, for a live SSH session that it would cut: whoever is on the host should hear of it first.
/// The way to the control plane needs no look: it is a failsafe that no list can take away.
/// </summary>
internal sealed class Preflight(string? networkNamespace)
{
    private const ushort Ssh = 22;

    /// <summary>Why the policy must not come into force unless an operator insists; null for no reason.</summary>
    internal string? Objection(Enforcement target)
    {
        if (target.Failsafes.Any(IsOpenToAll))
            return null;
        var judge = new FlowJudge(target);
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
