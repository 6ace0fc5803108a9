using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace EdgeAgent.Policy;

/// <summary>Labels: an immutable map from key to value, compared by content.</summary>
public sealed class LabelSet : IReadOnlyCollection<KeyValuePair<string, string>>, IEquatable<LabelSet>
{
    private readonly KeyValuePair<string, string>[] _sorted;

    private LabelSet(KeyValuePair<string, string>[] sorted) => _sorted = sorted;

    /// <summary>No labels.</summary>
    public static LabelSet Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _sorted.Length;

    /// <summary>Makes a set; of a key that comes twice the last value holds.</summary>
    public static LabelSet Of(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in labels)
            map[key] = value;
        return map.Count == 0 ? Empty : new([.. map]);
    }

    /// <summary>Makes a set of pairs.</summary>
    public static LabelSet Of(params ReadOnlySpan<(string Key, string Value)> labels)
    {
        var pairs = new List<KeyValuePair<string, string>>(labels.Length);
        foreach (var (key, value) in labels)
            pairs.Add(new(key, value));
        return Of(pairs);
    }

    /// <summary>These labels with one more, or with another value for its key.</summary>
    public LabelSet With(string key, string value) => Of(_sorted.Append(new(key, value)));

    /// <summary>Looks a key up.</summary>
    public bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
    {
        var (low, high) = (0, _sorted.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_sorted[middle].Key, key);
            if (order == 0)
            {
                value = _sorted[middle].Value;
                return true;
            }

            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        value = null;
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(LabelSet? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || other._sorted.Length != _sorted.Length)
            return false;

        // Pairs have no equality of their own: compared as values they would be boxed, and their fields looked up by reflection.
        for (var i = 0; i < _sorted.Length; i++)
        {
            if (_sorted[i].Key != other._sorted[i].Key || _sorted[i].Value != other._sorted[i].Value)
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in _sorted)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    /// <summary>Enumerates by key.</summary>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_sorted).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary><c>key=value,...</c>.</summary>
    public override string ToString() => string.Join(',', _sorted.Select(pair => $"{pair.Key}={pair.Value}"));
}
