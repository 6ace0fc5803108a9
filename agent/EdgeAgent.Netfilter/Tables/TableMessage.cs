namespace EdgeAgent.Netfilter;

/// <summary>Message types of nf_tables (NFT_MSG_* of linux/netfilter/nf_tables.h, with the subsystem's number) and of its batches.</summary>
internal static class TableMessage
{
    /// <summary>NFNL_MSG_BATCH_BEGIN and NFNL_MSG_BATCH_END.</summary>
    internal const ushort BatchBegin = 0x10, BatchEnd = 0x11;

    internal const ushort NewTable = 0x0a00, GetTable = 0x0a01, DeleteTable = 0x0a02;
    internal const ushort NewChain = 0x0a03, GetChain = 0x0a04, DeleteChain = 0x0a05;
    internal const ushort NewRule = 0x0a06, GetRule = 0x0a07, DeleteRule = 0x0a08;
    internal const ushort NewSet = 0x0a09, GetSet = 0x0a0a, DeleteSet = 0x0a0b;
    internal const ushort NewElement = 0x0a0c, GetElement = 0x0a0d, DeleteElement = 0x0a0e;
    internal const ushort NewGeneration = 0x0a0f, GetGeneration = 0x0a10;
    internal const ushort NewObject = 0x0a12, GetObject = 0x0a13, DeleteObject = 0x0a14;
    internal const ushort NewFlowTable = 0x0a16, GetFlowTable = 0x0a17, DeleteFlowTable = 0x0a18;
    internal const ushort DestroyTable = 0x0a1a;
}
