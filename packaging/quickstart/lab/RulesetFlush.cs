using EdgeAgent.Netlink;

namespace EdgeAgent.Lab;

/// <summary>What <c>nft flush ruleset</c> does: deletes every table of a network namespace in one transaction.</summary>
public static class RulesetFlush
{
    // linux/netfilter/nfnetlink.h and nf_tables.h: subsystem in the high byte, message in the low one.
    private const ushort BatchBegin = 0x10, BatchEnd = 0x11, DeleteTable = (Subsystem << 8) | 2;
    private const ushort Subsystem = 10;

    /// <summary>Deletes them, in the namespace that the caller is in.</summary>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public static void Run()
    {
        using var connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkProtocol.Netfilter));
        using var batch = new MessageBuffer();
        Write(batch, BatchBegin, MessageFlags.Request, connection.NextSequence(), Subsystem);
        var confirming = connection.NextSequence();
        Write(batch, DeleteTable, MessageFlags.Request | MessageFlags.Acknowledge, confirming, resource: 0);
        Write(batch, BatchEnd, MessageFlags.Request, connection.NextSequence(), Subsystem);
        var failures = new List<Acknowledgement>();
        if (!connection.Transact("flush ruleset", batch, confirming, failures, 0, static (_, _) => { }))
            throw failures[0].ToException("flush ruleset");
    }

    /// <summary>A message with nothing but nfgenmsg: any family, version 0, and a resource number.</summary>
    private static void Write(MessageBuffer batch, ushort type, MessageFlags flags, uint sequence, ushort resource)
    {
        using var message = batch.Begin(type, flags, sequence);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(message.Fixed(4)[2..], resource);
    }
}
