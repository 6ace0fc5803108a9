using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>nft_lookup (NFTA_LOOKUP_*): into nothing is a set, into the verdict register is a verdict map.</summary>
internal static class LookupExpression
{
    internal const string Name = "lookup";
    private const ushort Set = 1, Source = 2, Destination = 3, Flags = 5;
    private const uint VerdictRegister = 0, Inverted = 1;

    internal static void Write(MessageWriter message, LookupSet expression)
    {
        message.PutString(Set, expression.Set);
        message.PutUInt32BigEndian(Source, RegisterCodec.Encode(expression.Key));
        if (expression.Inverted)
            message.PutUInt32BigEndian(Flags, Inverted);
    }

    internal static void Write(MessageWriter message, LookupVerdict expression)
    {
        message.PutString(Set, expression.Map);
        message.PutUInt32BigEndian(Source, RegisterCodec.Encode(expression.Key));
        message.PutUInt32BigEndian(Destination, VerdictRegister);
    }

    internal static Expression? Read(AttributeReader data)
    {
        var flags = data.Number(Flags) ?? 0;
        if (data.Text(Set) is not { } set || RegisterCodec.Decode(data.Number(Source)) is not { } key || flags > Inverted)
            return null;
        return data.Number(Destination) switch
        {
            null => new LookupSet(set, key, flags == Inverted),
            VerdictRegister when flags == 0 => new LookupVerdict(set, key),
            _ => null,
        };
    }
}
