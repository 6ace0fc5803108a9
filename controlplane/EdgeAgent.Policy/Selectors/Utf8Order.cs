namespace EdgeAgent.Policy;

/// <summary>The order of texts by their UTF-8 bytes, which is also that of code points; UTF-16's differs beyond the basic plane.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static Utf8Order Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var length = Math.Min(x.Length, y.Length);
        for (var i = 0; i < length; i++)
        {
            if (x[i] == y[i])
                continue;
            var (left, right) = (char.IsSurrogate(x[i]), char.IsSurrogate(y[i]));
            return left == right ? x[i].CompareTo(y[i]) : left ? 1 : -1;
        }

        return x.Length.CompareTo(y.Length);
    }
}
