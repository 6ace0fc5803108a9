using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Daemon;

/// <summary>Tells whether a connection to or from an address goes on that nothing has cut.</summary>
/// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
internal sealed class AddressUse(string? networkNamespace)
{
    /// <summary>Whether an address is in use; where the kernel does not say, it is not.</summary>
    internal bool IsInUse(IpAddress address)
    {
        try
        {
            using var table = new ConntrackTable(networkNamespace);
            return new[] { new FlowFilter(address.Family) { Answerer = address }, new FlowFilter(address.Family) { Source = address } }
                .Any(filter => table.Read(filter).Any(flow => (flow.Original.Source == address || flow.Reply.Source == address) && flow is { IsAnswered: true, IsOver: false } && (flow.Mark & CutMark.Bit) == 0));
        }
        catch (NetlinkException)
        {
            return false;
        }
    }
}
