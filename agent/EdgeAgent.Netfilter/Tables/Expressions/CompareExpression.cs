using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>nft_cmp (NFTA_CMP_*).</summary>
internal static class CompareExpression
{
    internal const string Name = "cmp";
    private const ushort Source = 1, Operator = 2, Data = 3;

    internal static void Write(MessageWriter message, Compare expression)
    {
        message.PutUInt32BigEndian(Source, RegisterCodec.Encode(expression.Source));
        message.PutUInt32BigEndian(Operator, (uint)expression.Operator);
        VerdictCodec.WriteValue(message, Data, expression.Value.AsSpan());
    }

    internal static Expression? Read(AttributeReader data)
    {
        var value = VerdictCodec.ReadValue(data, Data);
        return RegisterCodec.Decode(data.Number(Source)) is { } source
            && data.Number(Operator) is { } comparison and <= byte.MaxValue && Enum.IsDefined((CompareOperator)comparison)
            && value.Length > 0
                ? new Compare(source, (CompareOperator)comparison, EquatableArray.Create(value))
                : null;
    }
}
