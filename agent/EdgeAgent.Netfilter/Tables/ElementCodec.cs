using EdgeAgent.Dataplane;
using EdgeAgent.Netlink;

namespace EdgeAgent.Netfilter;

/// <summary>Single elements of a set (NFTA_SET_ELEM_*) inside the list of NFTA_SET_ELEM_LIST_ELEMENTS.</summary>
internal static class ElementCodec
{
    internal const ushort ListElement = 1;
    internal const ushort ListTable = 1, ListSet = 2, ListElements = 3;
    internal const ushort Key = 1, Flags = 3;
    private const ushort Data = 2, Timeout = 4, Expiration = 5, Expression = 7, ObjectReference = 9, KeyEnd = 10, Expressions = 11;
    private const uint IntervalEnd = 1;

    /// <summary>Where the key lies in what <see cref="Write"/> writes: behind the headers of the element, the key and its value.</summary>
    internal const int KeyOffset = 3 * AttributeReader.HeaderLength;

    /// <summary>Where the key lies in what <see cref="WriteEnd"/> writes: the flags come before it.</summary>
    internal const int EndKeyOffset = KeyOffset + AttributeReader.HeaderLength + sizeof(uint);

    internal static void Write(MessageWriter message, ReadOnlySpan<byte> key, ElementValue? value)
    {
        using var element = message.Nest(ListElement);
        VerdictCodec.WriteValue(message, Key, key);
        switch (value)
        {
            case null:
                break;
            case CounterValue counter:
                message.PutString(ObjectReference, counter.Counter);
                break;
            case VerdictValue verdict:
                VerdictCodec.WriteVerdict(message, Data, verdict.Verdict);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(value), value, "an element value that the kernel has no attribute for");
        }
    }

    /// <summary>The first key that no longer belongs to a range.</summary>
    internal static void WriteEnd(MessageWriter message, ReadOnlySpan<byte> key)
    {
        using var element = message.Nest(ListElement);
        message.PutUInt32BigEndian(Flags, IntervalEnd);
        VerdictCodec.WriteValue(message, Key, key);
    }

    /// <summary>Reads one element of a dump.</summary>
    /// <param name="element">The attributes inside NFTA_LIST_ELEM.</param>
    /// <param name="schema">The set that it belongs to.</param>
    /// <param name="keyLength">The schema's key length, computed once.</param>
    /// <param name="counterNames">Makes one value of equal names.</param>
    /// <param name="key">The key, or for an end mark the first key beyond the range.</param>
    /// <param name="value">What it carries.</param>
    /// <param name="isEnd">Whether it ends a range.</param>
    /// <returns>False if the model cannot express it: it expires, has expressions or another kind of value.</returns>
    internal static bool TryRead(AttributeReader element, SetSchema schema, int keyLength, CounterNames counterNames, out ReadOnlySpan<byte> key, out ElementValue? value, out bool isEnd)
    {
        key = default;
        value = null;
        isEnd = false;
        uint flags = 0;
        while (element.MoveNext())
        {
            switch (element.Type)
            {
                case Key:
                    key = element.Nested().Bytes(1);
                    break;
                case Flags:
                    flags = element.AsUInt32BigEndian();
                    break;
                case ObjectReference:
                    value = counterNames.Of(element.Value);
                    break;
                case Data when VerdictCodec.ReadVerdictInside(element.Nested()) is { } verdict:
                    value = new VerdictValue(verdict);
                    break;
                case Data or Timeout or Expiration or Expression or Expressions or KeyEnd:
                    return false;
            }
        }

        isEnd = flags == IntervalEnd;
        var expected = isEnd ? null : schema.Kind switch { SetKind.CounterMap => typeof(CounterValue), SetKind.VerdictMap => typeof(VerdictValue), _ => null };
        return key.Length == keyLength && flags <= (schema.Intervals ? IntervalEnd : 0) && value?.GetType() == expected;
    }
}
