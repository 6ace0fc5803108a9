using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>
/// Where packets to the control plane really go, if this host translates its address (DNAT on the way out): the table sees them after that,
/// and the failsafe, which is for the address that was dialled, does not mean them.
/// </summary>
internal sealed class TranslatedChannel(KernelPlace place)
{
    private volatile HostFlow[] _flows = [];

    /// <summary>The way to the control plane as the table sees it; empty where nothing is translated.</summary>
    internal IReadOnlyList<HostFlow> Flows => _flows;

    /// <summary>Looks where the connections to a control plane go; for when one has just been made.</summary>
    /// <exception cref="NetlinkException">The kernel does not say.</exception>
    internal void Look(EquatableArray<IpAddress> dialled, ushort port)
    {
        using var conntrack = new ConntrackTable(place.NetworkNamespace);
        var found = new List<HostFlow>();
        foreach (var address in dialled)
        {
            var tracked = conntrack.Read(new FlowFilter(address.Family) { Destination = address, Protocol = IpProtocol.Tcp, DestinationPort = port });
            found.AddRange(tracked
                .Where(flow => (flow.Reply.Source, flow.Reply.SourcePort) != (flow.Original.Destination, flow.Original.DestinationPort))
                .Select(flow => new HostFlow(Direction.Outbound, flow.Original.Source, flow.Reply.Source, IpProtocol.Tcp, flow.Reply.SourcePort, flow.Original.SourcePort)));
        }

        _flows = [.. found.DistinctBy(flow => (flow.Peer, flow.Port))];
    }
}
