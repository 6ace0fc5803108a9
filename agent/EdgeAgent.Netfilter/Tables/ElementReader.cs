using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Gathers the elements of one set from a dump, and joins the two marks of each range, in whatever order they come.</summary>
internal sealed class ElementReader(SetSchema schema, CounterNames names)
{
    private readonly ElementTable.Builder _elements = new(schema);
    private readonly int _keyLength = schema.KeyLength;
    private readonly List<(byte[] Key, bool IsEnd, ElementValue? Value)> _marks = [];
    private int _unreadable;

    internal static void WriteDump(MessageWriter message, string set)
    {
        message.PutString(ElementCodec.ListTable, Ruleset.Table);
        message.PutString(ElementCodec.ListSet, set);
    }

    internal void Add(NetlinkMessage message)
    {
        var list = message.Attributes(NetfilterHeader.Length).Inside(ElementCodec.ListElements);
        while (list.MoveNext())
        {
            if (!ElementCodec.TryRead(list.Nested(), schema, _keyLength, names, out var key, out var value, out var isEnd))
                _unreadable++;
            else if (schema.Intervals)
                _marks.Add((key.ToArray(), isEnd, value));
            else
                _elements.Add(key, value);
        }
    }

    /// <param name="unreadable">The number of elements that the model cannot express.</param>
    internal ElementTable Build(out int unreadable)
    {
        JoinMarks();
        unreadable = _unreadable;
        return _elements.Build();
    }

    private void JoinMarks()
    {
        // At one key the end of a range comes before the start of the next.
        _marks.Sort(static (a, b) =>
        {
            var byKey = a.Key.AsSpan().SequenceCompareTo(b.Key);
            return byKey != 0 ? byKey : b.IsEnd.CompareTo(a.IsEnd);
        });
        for (var i = 0; i < _marks.Count; i++)
        {
            var (first, isEnd, value) = _marks[i];
            // nft marks the bottom of the key space as an end although nothing started.
            if (isEnd)
                continue;
            var last = i + 1 < _marks.Count ? Before(_marks[i + 1].Key) : Top();
            _elements.Add(first, last, value);
        }
    }

    private static byte[] Before(byte[] key)
    {
        var before = (byte[])key.Clone();
        for (var i = before.Length - 1; i >= 0 && before[i]-- == 0; i--)
        {
        }

        return before;
    }

    private byte[] Top()
    {
        var top = new byte[_keyLength];
        Array.Fill(top, byte.MaxValue);
        return top;
    }
}
