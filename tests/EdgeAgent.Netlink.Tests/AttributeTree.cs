using EdgeAgent.Netlink;

namespace EdgeAgent.Netlink.Tests;

/// <summary>A random row of attributes, to be written and read back.</summary>
internal sealed record AttributeTree(ushort Type, byte[] Payload, AttributeTree[] Children)
{
    internal bool IsNested => Children.Length > 0;

    internal static AttributeTree[] Row(Random random, int depth) =>
        [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Node(random, depth))];

    internal static void Write(MessageWriter message, AttributeTree[] row)
    {
        foreach (var node in row)
        {
            if (node.IsNested)
            {
                using var nested = message.Nest(node.Type);
                Write(message, node.Children);
            }
            else
            {
                message.Put(node.Type, node.Payload);
            }
        }
    }

    /// <summary>Reads a row, taking what is nested from the row that was written.</summary>
    internal static string Describe(AttributeReader reader, AttributeTree[] shape)
    {
        var parts = new List<string>();
        for (var i = 0; reader.MoveNext(); i++)
        {
            parts.Add(i < shape.Length && shape[i].IsNested
                ? $"{reader.Type}({Describe(reader.Nested(), shape[i].Children)})"
                : $"{reader.Type}={Convert.ToHexStringLower(reader.Value)}");
        }

        return string.Join(' ', parts);
    }

    internal static string Describe(AttributeTree[] row) =>
        string.Join(' ', row.Select(n => n.IsNested ? $"{n.Type}({Describe(n.Children)})" : $"{n.Type}={Convert.ToHexStringLower(n.Payload)}"));

    private static AttributeTree Node(Random random, int depth)
    {
        var type = (ushort)random.Next(0, 0x4000);
        if (depth > 0 && random.Next(2) == 0)
            return new AttributeTree(type, [], Row(random, depth - 1));
        var payload = new byte[random.Next(0, 40)];
        random.NextBytes(payload);
        return new AttributeTree(type, payload, []);
    }
}
