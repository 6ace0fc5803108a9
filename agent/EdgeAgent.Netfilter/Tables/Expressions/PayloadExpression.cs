using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>nft_payload, loading (NFTA_PAYLOAD_*).</summary>
internal static class PayloadExpression
{
    internal const string Name = "payload";
    private const ushort Destination = 1, Base = 2, Offset = 3, Length = 4;

    internal static void Write(MessageWriter message, LoadPayload expression)
    {
        message.PutUInt32BigEndian(Destination, RegisterCodec.Encode(expression.Into));
        message.PutUInt32BigEndian(Base, (uint)expression.Base);
        message.PutUInt32BigEndian(Offset, expression.Offset);
        message.PutUInt32BigEndian(Length, expression.Length);
    }

    internal static Expression? Read(AttributeReader data) =>
        RegisterCodec.Decode(data.Number(Destination)) is { } into
        && data.Number(Base) is { } header and <= byte.MaxValue && Enum.IsDefined((PayloadBase)header)
        && data.Number(Offset) is { } offset and <= byte.MaxValue
        && data.Number(Length) is { } length and <= byte.MaxValue
            ? new LoadPayload((PayloadBase)header, (byte)offset, (byte)length, into)
            : null;
}
