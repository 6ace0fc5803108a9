using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>
/// Writes the elements of one table as as many messages as needed: an attribute's length has 16 bits, and beyond them the kernel
/// would read garbage. Elements of one value differ in their key alone, so that one is encoded and the others are copies of it.
/// </summary>
internal sealed class ElementWriter : IDisposable
{
    /// <summary>Bytes of elements in one message; below 65,535 so that the last one always fits.</summary>
    private const int LongestList = 65_000;

    private readonly MessageBuffer _patterns = new();
    private readonly List<Range> _byValue = [];

    /// <param name="buffer">Where to write.</param>
    /// <param name="schema">The set.</param>
    /// <param name="elements">Its elements, ascending.</param>
    /// <param name="withValues">True to add them, false to write the keys alone, to delete them.</param>
    /// <param name="operation">What the messages are for.</param>
    /// <param name="begin">Begins one message of it.</param>
    internal void Write(MessageBuffer buffer, SetSchema schema, ElementTable elements, bool withValues, Operation operation, Func<Operation, MessageStart> begin)
    {
        var withEnds = elements.Intervals;
        var end = Encode(elements, withValues);
        var longest = 0;
        foreach (var pattern in _byValue)
            longest = Math.Max(longest, pattern.End.Value - pattern.Start.Value);
        var endLength = withEnds ? end.End.Value - end.Start.Value : 0;
        buffer.Reserve(checked(elements.Count * (longest + endLength)));

        var patterns = _patterns.Written;
        Span<byte> after = stackalloc byte[elements.KeyLength];
        for (var index = 0; index < elements.Count;)
        {
            var start = begin(operation);
            using var message = buffer.Begin(start.Type, start.Flags, start.Sequence);
            NetfilterHeader.Write(message, NetfilterHeader.Inet);
            message.PutString(ElementCodec.ListTable, Ruleset.Table);
            message.PutString(ElementCodec.ListSet, schema.Name);
            using var list = message.Nest(ElementCodec.ListElements);
            for (; index < elements.Count && list.Length + longest + endLength <= LongestList; index++)
            {
                var value = withValues ? elements.ValueIndex(index) : -1;
                var element = message.PutEncoded(patterns[_byValue[value + 1]]);
                elements.Key(index).CopyTo(element[ElementCodec.KeyOffset..]);
                if (withEnds && TryIncrement(elements.LastKey(index), after))
                    after.CopyTo(message.PutEncoded(patterns[end])[ElementCodec.EndKeyOffset..]);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _patterns.Dispose();

    /// <summary>An element without value, one of each value, and where the pattern of an end mark lies; their keys are zero.</summary>
    private Range Encode(ElementTable elements, bool withValues)
    {
        Span<byte> zero = stackalloc byte[elements.KeyLength];
        zero.Clear();
        _patterns.Clear();
        _byValue.Clear();
        using var message = _patterns.Begin(0, 0, 0);
        var start = _patterns.Length;
        ElementCodec.Write(message, zero, null);
        _byValue.Add(start.._patterns.Length);
        if (withValues)
        {
            foreach (var value in elements.Values)
            {
                start = _patterns.Length;
                ElementCodec.Write(message, zero, value);
                _byValue.Add(start.._patterns.Length);
            }
        }

        start = _patterns.Length;
        ElementCodec.WriteEnd(message, zero);
        return start.._patterns.Length;
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
