using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// Writes the elements of one table as as many messages as needed: an attribute's length has 16 bits, and beyond them the kernel
/// would read garbage.
/// </summary>
internal static class ElementWriter
{
    /// <summary>Bytes of elements in one message; below 65,535 so that the last one always fits.</summary>
    private const int LongestList = 65_000;

    /// <param name="buffer">Where to write.</param>
    /// <param name="schema">The set.</param>
    /// <param name="elements">Its elements, ascending.</param>
    /// <param name="withValues">True to add them, false to write the keys alone, to delete them.</param>
    /// <param name="begin">Begins one message of the right type.</param>
    internal static void Write(MessageBuffer buffer, SetSchema schema, ElementTable elements, bool withValues, Func<MessageStart> begin)
    {
        buffer.Reserve(checked(elements.Count * LongestElement(elements, withValues)));
        Span<byte> end = stackalloc byte[elements.KeyLength];
        for (var index = 0; index < elements.Count;)
        {
            var start = begin();
            using var message = buffer.Begin(start.Type, start.Flags, start.Sequence);
            NetfilterHeader.Write(message, NetfilterHeader.Inet);
            message.PutString(ElementCodec.ListTable, Ruleset.Table);
            message.PutString(ElementCodec.ListSet, schema.Name);
            using var list = message.Nest(ElementCodec.ListElements);
            do
            {
                var value = withValues ? elements.Value(index) : null;
                ElementCodec.Write(message, elements.Key(index), value);
                if (elements.Intervals && TryIncrement(elements.LastKey(index), end))
                    ElementCodec.WriteEnd(message, end);
                index++;
            }
            while (index < elements.Count && list.Length + ElementCodec.LongestLength(elements, withValues ? elements.Value(index) : null) <= LongestList);
        }
    }

    private static int LongestElement(ElementTable elements, bool withValues)
    {
        var longest = ElementCodec.LongestLength(elements, null);
        if (!withValues)
            return longest;
        foreach (var value in elements.Values)
            longest = Math.Max(longest, ElementCodec.LongestLength(elements, value));
        return longest;
    }

    /// <summary>The next key in byte order; false after the last, when a range is open to the top.</summary>
    internal static bool TryIncrement(ReadOnlySpan<byte> key, Span<byte> next)
    {
        key.CopyTo(next);
        for (var i = next.Length - 1; i >= 0; i--)
        {
            if (++next[i] != 0)
                return true;
        }

        return false;
    }
}
