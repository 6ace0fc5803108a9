using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>nft_limit, packets a second (NFTA_LIMIT_*).</summary>
internal static class LimitExpression
{
    internal const string Name = "limit";
    private const ushort Rate = 1, Unit = 2, Burst = 3, Type = 4, Flags = 5;
    private const ulong Second = 1;
    private const uint Packets = 0;

    internal static void Write(MessageWriter message, Limit expression)
    {
        message.PutUInt64BigEndian(Rate, expression.PacketsPerSecond);
        message.PutUInt64BigEndian(Unit, Second);
        message.PutUInt32BigEndian(Burst, expression.Burst);
        message.PutUInt32BigEndian(Type, Packets);
    }

    internal static Expression? Read(AttributeReader data) =>
        data.LongNumber(Rate) is { } rate && data.LongNumber(Unit) == Second && data.Number(Burst) is { } burst
        && (data.Number(Type) ?? Packets) == Packets && (data.Number(Flags) ?? 0) == 0
            ? new Limit(rate, burst)
            : null;
}
