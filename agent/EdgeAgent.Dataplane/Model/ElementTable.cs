using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// The elements of a set or map, packed: one array of keys in ascending byte order, and for maps one small number
/// for each element that points into the few distinct values. A million elements of four bytes are eight megabytes.
/// </summary>
public sealed class ElementTable : IEquatable<ElementTable>
{
    private readonly byte[] _keys;
    private readonly int[] _valueIndexes;
    private Digest _digest;

    private ElementTable(int keyLength, bool intervals, byte[] keys, int[] valueIndexes, ImmutableArray<ElementValue> values)
    {
        (KeyLength, Intervals, _keys, _valueIndexes, Values) = (keyLength, intervals, keys, valueIndexes, values);
    }

    /// <summary>The length of one key in bytes.</summary>
    public int KeyLength { get; }

    /// <summary>Whether each element is a range with a first and a last key.</summary>
    public bool Intervals { get; }

    /// <summary>The distinct values; empty for a plain set.</summary>
    public ImmutableArray<ElementValue> Values { get; }

    /// <summary>The number of elements.</summary>
    public int Count => _keys.Length / Stride;

    private int Stride => Intervals ? 2 * KeyLength : KeyLength;

    /// <summary>A table without elements.</summary>
    public static ElementTable Empty(SetSchema schema) => new(schema.KeyLength, schema.Intervals, [], [], []);

    /// <summary>The key of an element, or the first key of a range.</summary>
    public ReadOnlySpan<byte> Key(int index) => _keys.AsSpan(index * Stride, KeyLength);

    /// <summary>The last key of a range; the key itself where there are no ranges.</summary>
    public ReadOnlySpan<byte> LastKey(int index) => _keys.AsSpan((index * Stride) + Stride - KeyLength, KeyLength);

    /// <summary>What the element carries; null in a plain set.</summary>
    public ElementValue? Value(int index) => _valueIndexes.Length == 0 ? null : Values[_valueIndexes[index]];

    /// <summary>Which of <see cref="Values"/> the element carries; -1 in a plain set.</summary>
    public int ValueIndex(int index) => _valueIndexes.Length == 0 ? -1 : _valueIndexes[index];

    /// <summary>The index of the element that holds the key, or -1; a binary search.</summary>
    public int IndexOf(ReadOnlySpan<byte> key)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (Key(middle).SequenceCompareTo(key) > 0)
                high = middle - 1;
            else if (LastKey(middle).SequenceCompareTo(key) < 0)
                low = middle + 1;
            else
                return middle;
        }

        return -1;
    }

    /// <summary>SHA-256 of keys and values: equal tables have equal digests.</summary>
    public Digest Digest => _digest.IsNone ? _digest = ComputeDigest() : _digest;

    /// <summary>A run of elements.</summary>
    internal ElementTable Slice(int start, int count) => new(
        KeyLength,
        Intervals,
        _keys.AsSpan(start * Stride, count * Stride).ToArray(),
        _valueIndexes.Length == 0 ? [] : _valueIndexes.AsSpan(start, count).ToArray(),
        Values);

    /// <summary>The table with some elements less and others more; what is between them is copied in one piece.</summary>
    /// <param name="removed">Elements of this table.</param>
    /// <param name="added">Elements that overlap none of those that remain.</param>
    /// <exception cref="ArgumentException">An element to remove is not there.</exception>
    internal ElementTable With(ElementTable removed, ElementTable added)
    {
        var keys = new byte[_keys.Length + ((added.Count - removed.Count) * Stride)];
        var indexes = new int[_valueIndexes.Length == 0 && added._valueIndexes.Length == 0 ? 0 : keys.Length / Stride];
        var values = Values.AddRange(added.Values.Except(Values));
        var renumbered = added.Values.Select(value => values.IndexOf(value)).ToArray();
        var (from, to, i, j) = (0, 0, 0, 0);
        while (i < removed.Count || j < added.Count)
        {
            var removes = j == added.Count || (i < removed.Count && removed.Key(i).SequenceCompareTo(added.Key(j)) <= 0);
            var at = LowerBound(removes ? removed.Key(i) : added.Key(j));
            // What is added in place of what was just removed has its key.
            Copy(Math.Max(0, at - from));
            if (removes)
            {
                if (at == Count || !Key(at).SequenceEqual(removed.Key(i)))
                    throw new ArgumentException($"element {Convert.ToHexStringLower(removed.Key(i))} is not there", nameof(removed));
                from++;
                i++;
                continue;
            }

            added._keys.AsSpan(j * Stride, Stride).CopyTo(keys.AsSpan(to * Stride));
            if (indexes.Length > 0)
                indexes[to] = renumbered[added._valueIndexes[j]];
            to++;
            j++;
        }

        Copy(Count - from);
        return new(KeyLength, Intervals, keys, indexes, values);

        void Copy(int count)
        {
            _keys.AsSpan(from * Stride, count * Stride).CopyTo(keys.AsSpan(to * Stride));
            if (indexes.Length > 0)
                _valueIndexes.AsSpan(from, count).CopyTo(indexes.AsSpan(to));
            (from, to) = (from + count, to + count);
        }
    }

    private int LowerBound(ReadOnlySpan<byte> key)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = Key(middle).SequenceCompareTo(key) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <inheritdoc/>
    public bool Equals(ElementTable? other)
    {
        if (other is null || KeyLength != other.KeyLength || Intervals != other.Intervals || !_keys.AsSpan().SequenceEqual(other._keys))
            return false;
        for (var i = 0; i < Count; i++)
        {
            if (Value(i) != other.Value(i))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ElementTable);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_keys);
        return hash.ToHashCode();
    }

    private Digest ComputeDigest()
    {
        // Values are numbered as they appear in key order, whatever order they were added in.
        var numbers = new Dictionary<int, int>();
        var names = new StringBuilder();
        var bytes = new byte[_keys.Length + (_valueIndexes.Length * sizeof(int))];
        _keys.CopyTo(bytes, 0);
        for (var i = 0; i < _valueIndexes.Length; i++)
        {
            if (!numbers.TryGetValue(_valueIndexes[i], out var number))
            {
                numbers.Add(_valueIndexes[i], number = numbers.Count);
                names.Append(RulesetText.ValueText(Values[_valueIndexes[i]])).Append('\n');
            }

            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(_keys.Length + (i * sizeof(int))), number);
        }

        return Digest.Of($"{Digest.Of(bytes)}\n{names}");
    }

    /// <summary>Gathers elements in any order; ascending order costs no sorting.</summary>
    /// <param name="schema">The set that the elements are for.</param>
    /// <param name="capacity">The number of elements expected.</param>
    public sealed class Builder(SetSchema schema, int capacity = 0)
    {
        private readonly int _keyLength = schema.KeyLength;
        private readonly Dictionary<ElementValue, int> _valueNumbers = [];
        private readonly List<ElementValue> _values = [];
        private byte[] _keys = new byte[capacity * (schema.Intervals ? 2 : 1) * schema.KeyLength];
        private int[] _valueIndexes = new int[capacity];
        private int _count;
        private bool _ascending = true;

        private int Stride => schema.Intervals ? 2 * _keyLength : _keyLength;

        /// <summary>The number of elements added.</summary>
        public int Count => _count;

        /// <summary>Adds one key.</summary>
        public void Add(ReadOnlySpan<byte> key, ElementValue? value = null) => Add(key, key, value);

        /// <summary>Adds a range, both ends included.</summary>
        /// <exception cref="ArgumentException">The key's length is not the schema's, or a value is missing or not wanted.</exception>
        public void Add(ReadOnlySpan<byte> first, ReadOnlySpan<byte> last, ElementValue? value)
        {
            if (first.Length != _keyLength || last.Length != _keyLength)
                throw new ArgumentException($"{schema.Name}: a key has {_keyLength} bytes, not {first.Length}", nameof(first));
            if (value is null != (schema.Kind == SetKind.Set))
                throw new ArgumentException($"{schema.Name}: a {schema.Kind} element {(value is null ? "needs" : "has no")} value", nameof(value));
            if (_valueIndexes.Length <= _count)
            {
                Array.Resize(ref _keys, Math.Max(16, _count * 2) * Stride);
                Array.Resize(ref _valueIndexes, Math.Max(16, _count * 2));
            }

            var slot = _keys.AsSpan(_count * Stride, Stride);
            first.CopyTo(slot);
            last.CopyTo(slot[^_keyLength..]);
            _ascending = _ascending && (_count == 0 || _keys.AsSpan((_count * Stride) - _keyLength, _keyLength).SequenceCompareTo(first) < 0);
            var number = value is null ? 0 : NumberOf(value);
            _valueIndexes[_count++] = number;
        }

        /// <summary>Sorts. Equal keys must not have been added twice, and nothing is to be added after this.</summary>
        /// <exception cref="InvalidOperationException">Two elements share a key.</exception>
        public ElementTable Build()
        {
            if (_ascending)
            {
                // What was sized right needs no copy; the builder is not used any more.
                var ascending = _keys.Length == _count * Stride ? _keys : _keys[..(_count * Stride)];
                var numbers = schema.Kind == SetKind.Set ? [] : _valueIndexes.Length == _count ? _valueIndexes : _valueIndexes[.._count];
                return new(_keyLength, schema.Intervals, ascending, numbers, [.. _values]);
            }

            var order = new int[_count];
            for (var i = 0; i < _count; i++)
                order[i] = i;
            Array.Sort(order, (a, b) => _keys.AsSpan(a * Stride, _keyLength).SequenceCompareTo(_keys.AsSpan(b * Stride, _keyLength)));
            var keys = new byte[_count * Stride];
            var indexes = schema.Kind == SetKind.Set ? [] : new int[_count];
            for (var i = 0; i < _count; i++)
            {
                _keys.AsSpan(order[i] * Stride, Stride).CopyTo(keys.AsSpan(i * Stride));
                if (indexes.Length > 0)
                    indexes[i] = _valueIndexes[order[i]];
                if (i > 0 && keys.AsSpan((i * Stride) - _keyLength, _keyLength).SequenceCompareTo(keys.AsSpan(i * Stride, _keyLength)) >= 0)
                    throw new InvalidOperationException($"{schema.Name}: element {Convert.ToHexStringLower(keys.AsSpan(i * Stride, _keyLength))} overlaps another");
            }

            return new(_keyLength, schema.Intervals, keys, indexes, [.. _values]);
        }

        private int NumberOf(ElementValue value)
        {
            if (_count > 0 && ReferenceEquals(_values[_valueIndexes[_count - 1]], value))
                return _valueIndexes[_count - 1];
            if (!_valueNumbers.TryGetValue(value, out var number))
            {
                number = _values.Count;
                _values.Add(value);
                _valueNumbers.Add(value, number);
            }

            return number;
        }
    }
}
