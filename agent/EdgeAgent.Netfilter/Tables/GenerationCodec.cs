using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>The kernel's generation and who made it (NFTA_GEN_*).</summary>
internal static class GenerationCodec
{
    private const ushort Id = 1, ProcessId = 2, ProcessName = 3;

    internal static uint ReadId(NetlinkMessage message) => message.Attributes(NetfilterHeader.Length).Number(Id)
        ?? throw NetlinkException.Malformed("a generation message has no generation");

    internal static (uint Id, uint ProcessId, string ProcessName) Read(NetlinkMessage message)
    {
        var row = message.Attributes(NetfilterHeader.Length);
        return (ReadId(message), row.Number(ProcessId) ?? 0, row.Text(ProcessName) ?? "");
    }
}
