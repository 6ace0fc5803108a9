using System.Collections;

namespace Grpc.Core;

/// <summary>Headers or trailers of a call, in order. A name that ends in <c>-bin</c> holds bytes, any other holds ASCII text.</summary>
public sealed partial class Metadata : IList<Metadata.Entry>
{
    /// <summary>No headers; cannot be changed.</summary>
    public static readonly Metadata Empty = new(readOnly: true);

    /// <summary>End of the names whose values are bytes.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    private readonly List<Entry> entries = [];
    private bool readOnly;

    /// <summary>An empty, changeable list.</summary>
    public Metadata()
    {
    }

    private Metadata(bool readOnly) => this.readOnly = readOnly;

    internal Metadata Freeze()
    {
        readOnly = true;
        return this;
    }

    /// <summary>The last entry of this name, or null.</summary>
    public Entry? Get(string key)
    {
        for (var i = entries.Count - 1; i >= 0; i--)
            if (string.Equals(entries[i].Key, key, StringComparison.OrdinalIgnoreCase))
                return entries[i];
        return null;
    }

    /// <summary>Text of the last entry of this name, or null. Throws <see cref="InvalidOperationException"/> if it holds bytes.</summary>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>Bytes of the last entry of this name, or null.</summary>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    /// <summary>All entries of this name, in order.</summary>
    public IEnumerable<Entry> GetAll(string key)
    {
        foreach (var entry in entries)
            if (string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase))
                yield return entry;
    }

    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <inheritdoc/>
    public bool IsReadOnly => readOnly;

    /// <inheritdoc/>
    public Entry this[int index]
    {
        get => entries[index];
        set => Changeable()[index] = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Adds text.</summary>
    public void Add(string key, string value) => Add(new Entry(key, value));

    /// <summary>Adds bytes; the name must end in <c>-bin</c>.</summary>
    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    /// <inheritdoc/>
    public void Add(Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Changeable().Add(item);
    }

    /// <inheritdoc/>
    public void Insert(int index, Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Changeable().Insert(index, item);
    }

    /// <inheritdoc/>
    public int IndexOf(Entry item) => entries.IndexOf(item);

    /// <inheritdoc/>
    public bool Contains(Entry item) => entries.Contains(item);

    /// <inheritdoc/>
    public void CopyTo(Entry[] array, int arrayIndex) => entries.CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public bool Remove(Entry item) => Changeable().Remove(item);

    /// <inheritdoc/>
    public void RemoveAt(int index) => Changeable().RemoveAt(index);

    /// <inheritdoc/>
    public void Clear() => Changeable().Clear();

    /// <inheritdoc/>
    public IEnumerator<Entry> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private List<Entry> Changeable() =>
        readOnly ? throw new InvalidOperationException("This metadata is read-only.") : entries;
}
