using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>nft_immediate into the verdict register (NFTA_IMMEDIATE_*).</summary>
internal static class DecideExpression
{
    internal const string Name = "immediate";
    private const ushort Destination = 1, Data = 2;
    private const uint VerdictRegister = 0;

    internal static void Write(MessageWriter message, Decide expression)
    {
        message.PutUInt32BigEndian(Destination, VerdictRegister);
        VerdictCodec.WriteVerdict(message, Data, expression.Verdict);
    }

    internal static Expression? Read(AttributeReader data) =>
        data.Number(Destination) == VerdictRegister && VerdictCodec.ReadVerdict(data, Data) is { } verdict ? new Decide(verdict) : null;
}
