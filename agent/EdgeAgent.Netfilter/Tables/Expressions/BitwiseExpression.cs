using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>nft_bitwise, mask and xor (NFTA_BITWISE_*).</summary>
internal static class BitwiseExpression
{
    internal const string Name = "bitwise";
    private const ushort Source = 1, Destination = 2, Length = 3, Mask = 4, Xor = 5, Operation = 6;

    internal static void Write(MessageWriter message, Bitwise expression)
    {
        if (expression.Mask.Count != expression.Xor.Count)
            throw new ArgumentException($"the mask has {expression.Mask.Count} bytes, the xor {expression.Xor.Count}", nameof(expression));
        message.PutUInt32BigEndian(Source, RegisterCodec.Encode(expression.Source));
        message.PutUInt32BigEndian(Destination, RegisterCodec.Encode(expression.Into));
        message.PutUInt32BigEndian(Length, (uint)expression.Mask.Count);
        VerdictCodec.WriteValue(message, Mask, expression.Mask.AsSpan());
        VerdictCodec.WriteValue(message, Xor, expression.Xor.AsSpan());
    }

    internal static Expression? Read(AttributeReader data)
    {
        var mask = VerdictCodec.ReadValue(data, Mask);
        var xor = VerdictCodec.ReadValue(data, Xor);
        return RegisterCodec.Decode(data.Number(Source)) is { } source
            && RegisterCodec.Decode(data.Number(Destination)) is { } into
            && (data.Number(Operation) ?? 0) == 0
            && mask.Length > 0 && mask.Length == xor.Length
                ? new Bitwise(source, into, EquatableArray.Create(mask), EquatableArray.Create(xor))
                : null;
    }
}
