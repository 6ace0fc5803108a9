using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>nft_meta, loading (NFTA_META_*).</summary>
internal static class MetaExpression
{
    internal const string Name = "meta";
    private const ushort Destination = 1, Key = 2;

    internal static void Write(MessageWriter message, LoadMeta expression)
    {
        message.PutUInt32BigEndian(Destination, RegisterCodec.Encode(expression.Into));
        message.PutUInt32BigEndian(Key, (uint)expression.Key);
    }

    internal static Expression? Read(AttributeReader data) =>
        RegisterCodec.Decode(data.Number(Destination)) is { } into && data.Number(Key) is { } key and <= byte.MaxValue && Enum.IsDefined((MetaKey)key)
            ? new LoadMeta((MetaKey)key, into)
            : null;
}
