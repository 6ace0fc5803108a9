using System.Diagnostics.CodeAnalysis;

namespace EdgeAgent.Manifests.Documents;

/// <summary>One key of a mapping and its value.</summary>
internal readonly record struct YamlEntry(YamlScalar Key, YamlNode Value);

/// <summary>Keys and values in the order of the document; keys are unique.</summary>
internal sealed class YamlMapping : YamlNode
{
    private const int SearchedInTurn = 8;

    private readonly Dictionary<string, int>? _index;

    /// <summary>Makes a mapping of entries with unique keys.</summary>
    public YamlMapping(TextPosition position, IReadOnlyList<YamlEntry> entries)
        : base(position)
    {
        Entries = entries;
        Size = 1 + entries.Sum(entry => 1 + entry.Value.Size);
        if (entries.Count > SearchedInTurn)
        {
            _index = new(entries.Count, StringComparer.Ordinal);
            for (var i = 0; i < entries.Count; i++)
                _index.Add(entries[i].Key.Text, i);
        }
    }

    /// <summary>The entries.</summary>
    public IReadOnlyList<YamlEntry> Entries { get; }

    /// <inheritdoc/>
    public override long Size { get; }

    /// <inheritdoc/>
    public override string Description => "a mapping";

    /// <summary>Looks a key up; a null value counts as no value.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out YamlNode? value)
    {
        value = Find(key);
        if (value is { IsNull: true })
            value = null;
        return value is not null;
    }

    private YamlNode? Find(string key)
    {
        if (_index is not null)
            return _index.TryGetValue(key, out var at) ? Entries[at].Value : null;
        foreach (var entry in Entries)
        {
            if (entry.Key.Text == key)
                return entry.Value;
        }

        return null;
    }
}
