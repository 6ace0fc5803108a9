using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Sets and maps without their elements (NFTA_SET_*, NFTA_SET_DESC_*).</summary>
internal static class SetCodec
{
    private const ushort Table = 1, Name = 2, Flags = 3, KeyType = 4, KeyLength = 5, DataType = 6, DataLength = 7, Description = 9,
        Id = 10, Timeout = 11, UserDataAttribute = 13, ObjectType = 15, Expressions = 18;

    /// <summary>NFTA_SET_EXPR: what each element runs when it matches.</summary>
    internal const ushort Expression = 17;

    private const ushort DescriptionSize = 1, DescriptionConcatenation = 2, ListElement = 1, FieldLength = 1;
    private const uint IntervalFlag = 4, MapFlag = 8, ObjectFlag = 0x40, ConcatenationFlag = 0x80;

    /// <summary>NFT_DATA_VERDICT, the type of a verdict map's data.</summary>
    private const uint VerdictType = 0xffffff00;

    /// <summary>A concatenated key's type is its fields' types, six bits each, the first field highest.</summary>
    private const int BitsPerType = 6;

    /// <param name="message">Where to write.</param>
    /// <param name="table">The table that it is in.</param>
    /// <param name="schema">The set.</param>
    /// <param name="id">A number that the kernel insists on, unique in its batch.</param>
    internal static void WriteNew(MessageWriter message, string table, SetSchema schema, uint id)
    {
        WriteReference(message, table, schema.Name);
        message.PutUInt32BigEndian(Flags, FlagsOf(schema));
        message.PutUInt32BigEndian(KeyType, schema.Key.Items.Aggregate(0u, static (type, field) => (type << BitsPerType) | (uint)field));
        message.PutUInt32BigEndian(KeyLength, (uint)schema.KeyLength);
        if (schema.Kind == SetKind.VerdictMap)
        {
            message.PutUInt32BigEndian(DataType, VerdictType);
            message.PutUInt32BigEndian(DataLength, 0);
        }
        else if (schema.Kind == SetKind.CounterMap)
        {
            message.PutUInt32BigEndian(ObjectType, CounterCodec.ObjectType);
        }

        message.PutUInt32BigEndian(Id, id);
        WriteDescription(message, schema);
        UserData.WriteKeyByteOrder(message, UserDataAttribute);
    }

    internal static void WriteReference(MessageWriter message, string table, string set)
    {
        message.PutString(Table, table);
        message.PutString(Name, set);
    }

    internal static void WriteDump(MessageWriter message) => message.PutString(Table, Ruleset.Table);

    internal static bool IsOurs(NetlinkMessage message) => message.Attributes(NetfilterHeader.Length).Text(Table) == Ruleset.Table;

    /// <summary>The set's name, and its schema if the model can express it.</summary>
    internal static SetSchema? Read(NetlinkMessage message, out string name)
    {
        var row = message.Attributes(NetfilterHeader.Length);
        name = row.Text(Name) ?? "";
        if (row.Has(Timeout) || row.Has(Expression) || row.Has(Expressions) || ReadKind(row) is not { } kind || ReadKey(row.Number(KeyType) ?? 0) is not { IsEmpty: false } key)
            return null;

        var flags = row.Number(Flags) ?? 0;
        var schema = new SetSchema(name, kind, key)
        {
            Intervals = (flags & IntervalFlag) != 0,
            Size = row.Inside(Description).Number(DescriptionSize) ?? 0,
        };
        return flags == FlagsOf(schema) && row.Number(KeyLength) == (uint)schema.KeyLength ? schema : null;
    }

    private static void WriteDescription(MessageWriter message, SetSchema schema)
    {
        if (schema.Size == 0 && schema.Key.Count == 1)
            return;
        using var description = message.Nest(Description);
        if (schema.Size > 0)
            message.PutUInt32BigEndian(DescriptionSize, schema.Size);
        if (schema.Key.Count == 1)
            return;
        using var concatenation = message.Nest(DescriptionConcatenation);
        foreach (var field in schema.Key)
        {
            using (message.Nest(ListElement))
                message.PutUInt32BigEndian(FieldLength, (uint)SetSchema.FieldLength(field));
        }
    }

    private static uint FlagsOf(SetSchema schema) =>
        (schema.Intervals ? IntervalFlag : 0)
        | (schema.Key.Count > 1 ? ConcatenationFlag : 0)
        | schema.Kind switch { SetKind.VerdictMap => MapFlag, SetKind.CounterMap => ObjectFlag, _ => 0 };

    private static SetKind? ReadKind(AttributeReader row)
    {
        var flags = row.Number(Flags) ?? 0;
        return (flags & MapFlag, flags & ObjectFlag) switch
        {
            (0, 0) => SetKind.Set,
            (MapFlag, 0) when row.Number(DataType) == VerdictType => SetKind.VerdictMap,
            (0, ObjectFlag) when row.Number(ObjectType) == CounterCodec.ObjectType => SetKind.CounterMap,
            _ => null,
        };
    }

    private static EquatableArray<KeyField> ReadKey(uint type)
    {
        var fields = ImmutableArray.CreateBuilder<KeyField>();
        for (; type != 0; type >>= BitsPerType)
        {
            var field = (KeyField)(type & ((1 << BitsPerType) - 1));
            if (!Enum.IsDefined(field))
                return [];
            fields.Insert(0, field);
        }

        return new(fields.DrainToImmutable());
    }
}
