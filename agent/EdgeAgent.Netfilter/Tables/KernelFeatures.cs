using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// What the running kernel can do, found out by asking it. All questions go in one batch about a table that never comes to be: its last
/// message must fail, so that the kernel checks everything and keeps nothing, and no generation passes.
/// </summary>
public sealed record KernelFeatures
{
    /// <summary>Tables, chains, hash sets with concatenated keys and maps to counters: without these there is no nftables backend.</summary>
    public required bool Tables { get; init; }

    /// <summary>Tables that belong to a socket and outlive it (flags owner and persist; Linux 6.9).</summary>
    public required bool OwnedTables { get; init; }

    /// <summary>Ranges in concatenated keys (pipapo; Linux 5.6).</summary>
    public required bool ConcatenatedRanges { get; init; }

    /// <summary>Removal that does not mind if there is nothing to remove (NFT_MSG_DESTROY*; Linux 6.3).</summary>
    public required bool Destroy { get; init; }

    /// <summary>A counter for each element of a set (NFTA_SET_EXPR; Linux 5.7).</summary>
    public required bool ElementExpressions { get; init; }

    /// <summary>Rules that look at the tracked state.</summary>
    public required bool Conntrack { get; init; }

    /// <summary>Rules that send packets to a log group.</summary>
    public required bool LogGroups { get; init; }

    /// <summary>Rules that answer with a refusal.</summary>
    public required bool Reject { get; init; }

    /// <summary>Rules that limit a rate.</summary>
    public required bool Limit { get; init; }

    /// <summary>Asks the kernel.</summary>
    /// <param name="networkNamespace">File of the network namespace; null for this process's own.</param>
    /// <exception cref="NetlinkException">The kernel cannot be asked: no netfilter at all, or EPERM without CAP_NET_ADMIN.</exception>
    public static KernelFeatures Probe(string? networkNamespace = null)
    {
        using var connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.Netfilter, new() { NetworkNamespace = networkNamespace }));
        using var probe = new FeatureProbe(connection);
        var table = probe.Ask(TableMessage.NewTable, static m => TableCodec.WriteNew(m, FeatureProbe.Table, owned: false));
        var chain = probe.Ask(TableMessage.NewChain, static m => ChainCodec.WriteNew(m, FeatureProbe.Table, FeatureProbe.Chain, new BaseHook(Hook.Input, 0)));
        var counter = probe.Ask(TableMessage.NewObject, static m => CounterCodec.WriteNew(m, FeatureProbe.Table, "counter"));
        var map = probe.AskSet(new SetSchema("map", SetKind.CounterMap, [KeyField.Ipv4Address, KeyField.Protocol, KeyField.Port]) { Size = 16 });
        var ranges = probe.AskSet(new SetSchema("ranges", SetKind.Set, [KeyField.Ipv4Address, KeyField.Port]) { Intervals = true });
        var expressions = probe.Ask(TableMessage.NewSet, static m =>
        {
            SetCodec.WriteNew(m, FeatureProbe.Table, new SetSchema("counting", SetKind.Set, [KeyField.Ipv4Address]), FeatureProbe.LastSetId);
            ExpressionCodec.WriteAnonymousCounter(m, SetCodec.Expression);
        });
        var lookup = probe.AskRule(new LoadPayload(PayloadBase.Network, 12, 12, new Register(0)), new CountByMap("map", new Register(0)));
        var conntrack = probe.AskRule(new LoadConntrack(ConntrackKey.State, new Register(0)));
        var log = probe.AskRule(new LogToGroup(1, "probe", 0, 0));
        var reject = probe.AskRule(new Reject(RejectKind.AdministrativelyProhibited));
        var limit = probe.AskRule(new Limit(1, 1));
        var destroy = probe.Ask(TableMessage.DestroyTable, static m => TableCodec.WriteReference(m, FeatureProbe.MissingTable));
        var owned = probe.Ask(TableMessage.NewTable, static m => TableCodec.WriteNew(m, FeatureProbe.OwnedTable, owned: true));
        var refused = probe.Refused();
        return new KernelFeatures
        {
            Tables = !refused.Overlaps([table, chain, counter, map, lookup]),
            OwnedTables = !refused.Contains(owned),
            ConcatenatedRanges = !refused.Contains(ranges),
            Destroy = !refused.Contains(destroy),
            ElementExpressions = !refused.Contains(expressions),
            Conntrack = !refused.Contains(conntrack),
            LogGroups = !refused.Contains(log),
            Reject = !refused.Contains(reject),
            Limit = !refused.Contains(limit),
        };
    }
}
