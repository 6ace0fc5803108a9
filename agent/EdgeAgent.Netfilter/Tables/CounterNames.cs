using System.Text;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Netfilter;

/// <summary>Turns the names that elements refer to into values, one object for equal names: many elements, few policies.</summary>
internal sealed class CounterNames
{
    private const int LongestName = 256;
    private readonly Dictionary<string, CounterValue> _values = new(StringComparer.Ordinal);

    internal CounterValue Of(ReadOnlySpan<byte> name)
    {
        var end = name.IndexOf((byte)0);
        if (end >= 0)
            name = name[..end];
        if (name.Length > LongestName)
            return new CounterValue(Encoding.UTF8.GetString(name));

        Span<char> text = stackalloc char[LongestName];
        text = text[..Encoding.UTF8.GetChars(name, text)];
        var lookup = _values.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(text, out var value))
        {
            value = new CounterValue(text.ToString());
            _values.Add(value.Counter, value);
        }

        return value;
    }
}
