using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace EdgeAgent.Wire.Tests;

/// <summary>Damages the meaning of a message: one field somewhere in it is cleared, doubled, or given a value at the edge of its type.</summary>
internal static class FieldAlteration
{
    public static void Apply(IMessage message, Random random)
    {
        var all = new List<IMessage>();
        Collect(message, all);
        var target = all[random.Next(all.Count)];
        var fields = target.Descriptor.Fields.InDeclarationOrder().Where(field => !field.IsMap).ToList();
        if (fields.Count == 0)
            return;
        var field = fields[random.Next(fields.Count)];
        if (field.IsRepeated)
            AlterList(field, (IList)field.Accessor.GetValue(target), random);
        else if (field.FieldType == FieldType.Message || random.Next(4) == 0)
            field.Accessor.Clear(target);
        else
            field.Accessor.SetValue(target, Edge(field, random));
    }

    private static void Collect(IMessage message, List<IMessage> all)
    {
        all.Add(message);
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder().Where(field => field.FieldType == FieldType.Message && !field.IsMap))
        {
            var value = field.Accessor.GetValue(message);
            if (value is IList list)
            {
                foreach (var item in list.OfType<IMessage>())
                    Collect(item, all);
            }
            else if (value is IMessage inner)
            {
                Collect(inner, all);
            }
        }
    }

    private static void AlterList(FieldDescriptor field, IList list, Random random)
    {
        if (list.Count > 0 && random.Next(3) == 0)
            list.RemoveAt(random.Next(list.Count));
        else if (list.Count > 0 && random.Next(2) == 0)
            list.Add(list[random.Next(list.Count)]);
        else if (field.FieldType != FieldType.Message)
            list.Add(Edge(field, random));
        else
            list.Add(field.MessageType.Parser.ParseFrom(ReadOnlySpan<byte>.Empty.ToArray()));
    }

    private static object Edge(FieldDescriptor field, Random random) => field.FieldType switch
    {
        FieldType.String => Pick(random, "", "x", "0.0.0.0/33", "::/0", new string('a', 64), new string('g', 64), "\0"),
        FieldType.Bytes => ByteString.CopyFrom(new byte[random.Next(20)]),
        FieldType.UInt32 => Pick<uint>(random, 0, 1, 4, 6, 255, 256, 65_535, 65_536, uint.MaxValue),
        FieldType.UInt64 => Pick(random, 0UL, ulong.MaxValue),
        FieldType.Int32 => Pick(random, int.MinValue, -1, 0, 999_999_999, 1_000_000_000, int.MaxValue),
        FieldType.Int64 => Pick(random, long.MinValue, -1L, 0L, 315_576_000_000L, 315_576_000_001L, 253_402_300_799L, 253_402_300_800L, long.MaxValue),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, Pick(random, -1, 0, 1, 4, 5, 9, 256, 257, int.MaxValue)),
        _ => throw new NotSupportedException($"{field.FullName}: {field.FieldType}"),
    };

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];
}
