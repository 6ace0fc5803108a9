using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Packets of a log group (NFULA_* of linux/netfilter/nfnetlink_log.h).</summary>
internal static class LoggedPacketCodec
{
    internal const ushort PacketMessage = (ushort)Subsystem.Log << 8;
    private const ushort PacketHeader = 1, InputDevice = 4, OutputDevice = 5, Payload = 9, Prefix = 10, UserId = 11;
    private const int HookOffset = 2;

    /// <summary>Reads a packet; null if it is not of IP or its head is cut off too early.</summary>
    internal static LoggedPacket? Read(NetlinkMessage message)
    {
        var row = message.Attributes(NetfilterHeader.Length);
        var header = row.Bytes(PacketHeader);
        if (header.Length <= HookOffset || !PacketHeaders.TryRead(row.Bytes(Payload), out var headers))
            return null;
        return new LoggedPacket
        {
            Prefix = row.Text(Prefix) ?? "",
            Hook = (Hook)header[HookOffset],
            InputInterface = row.Number(InputDevice) ?? 0,
            OutputInterface = row.Number(OutputDevice) ?? 0,
            UserId = row.Number(UserId),
            Headers = headers,
        };
    }
}
