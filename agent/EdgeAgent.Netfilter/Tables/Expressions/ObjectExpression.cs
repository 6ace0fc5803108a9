using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>nft_objref (NFTA_OBJREF_*): a named counter, or the one that an object map holds.</summary>
internal static class ObjectExpression
{
    internal const string Name = "objref";
    private const ushort ObjectType = 1, ObjectName = 2, Source = 3, Map = 4;

    internal static void Write(MessageWriter message, Count expression)
    {
        message.PutUInt32BigEndian(ObjectType, CounterCodec.ObjectType);
        message.PutString(ObjectName, expression.Counter);
    }

    internal static void Write(MessageWriter message, CountByMap expression)
    {
        message.PutUInt32BigEndian(Source, RegisterCodec.Encode(expression.Key));
        message.PutString(Map, expression.Map);
    }

    internal static Expression? Read(AttributeReader data)
    {
        if (data.Text(Map) is { } map)
            return RegisterCodec.Decode(data.Number(Source)) is { } key ? new CountByMap(map, key) : null;
        return data.Number(ObjectType) == CounterCodec.ObjectType && data.Text(ObjectName) is { } counter ? new Count(counter) : null;
    }
}
