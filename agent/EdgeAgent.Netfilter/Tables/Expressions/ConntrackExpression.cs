using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>nft_ct, loading (NFTA_CT_*).</summary>
internal static class ConntrackExpression
{
    internal const string Name = "ct";
    private const ushort Destination = 1, Key = 2, Direction = 3;

    internal static void Write(MessageWriter message, LoadConntrack expression)
    {
        message.PutUInt32BigEndian(Destination, RegisterCodec.Encode(expression.Into));
        message.PutUInt32BigEndian(Key, (uint)expression.Key);
    }

    internal static Expression? Read(AttributeReader data) =>
        RegisterCodec.Decode(data.Number(Destination)) is { } into
        && data.Number(Key) is { } key and <= byte.MaxValue && Enum.IsDefined((ConntrackKey)key)
        && !data.Has(Direction)
            ? new LoadConntrack((ConntrackKey)key, into)
            : null;
}
