using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;

namespace EdgeAgent.Benchmarks;

/// <summary>Asks for all that the kernel holds of our table, as a reading does, and looks at none of it: what the kernel alone takes.</summary>
internal static class DumpedTable
{
    /// <summary>The milliseconds that it took.</summary>
    public static double Read(string networkNamespace, Ruleset table)
    {
        using var connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.Netfilter, new() { NetworkNamespace = networkNamespace }));
        using var request = new MessageBuffer();
        return Median.Time(() =>
        {
            Dump(TableMessage.GetObject, CounterCodec.WriteDump);
            Dump(TableMessage.GetSet, SetCodec.WriteDump);
            foreach (var set in table.Sets.Keys)
                Dump(TableMessage.GetElement, message => ElementReader.WriteDump(message, set));
            Dump(TableMessage.GetChain, static _ => { });
            Dump(TableMessage.GetRule, RuleCodec.WriteDump);
        });

        void Dump(ushort type, Body body)
        {
            request.Clear();
            using (var message = request.Begin(type, MessageFlags.Dump, 0))
            {
                NetfilterHeader.Write(message, NetfilterHeader.Inet);
                body(message);
            }

            connection.Request("dump", request, static () => 0, static (_, _) => { });
        }
    }

    private delegate void Body(MessageWriter message);
}
