namespace EdgeAgent.Manifests.Documents;

/// <summary>Collects a mapping's entries: keys must be strings and unique, merge keys give way to written ones.</summary>
internal sealed class MappingBuilder(Action<TextPosition, string> report)
{
    private readonly List<YamlEntry> _entries = [];
    private readonly Dictionary<string, TextPosition> _written = new(StringComparer.Ordinal);
    private readonly List<YamlEntry> _merged = [];

    /// <summary>Takes an entry.</summary>
    public void Add(YamlNode key, YamlNode value, bool isMerge)
    {
        if (isMerge)
            Merge(value);
        else if (key is not YamlScalar { Type: ScalarType.String or ScalarType.Integer } name)
            report(key.Position, $"a key is {key.Description}; expected a string{(key is YamlScalar { IsNull: false } ? " (write it in quotes)" : "")}");
        else if (_written.TryGetValue(name.Text, out var first))
            report(key.Position, $"key {Quotation.Quoted(name.Text)} comes twice in this mapping, first in line {first.Line}; expected each key once");
        else
            Write(name, value);
    }

    /// <summary>The mapping.</summary>
    public YamlMapping Build(TextPosition position)
    {
        foreach (var entry in _merged)
        {
            if (!_written.ContainsKey(entry.Key.Text))
                Write(entry.Key, entry.Value);
        }

        return new(position, _entries);
    }

    private void Write(YamlScalar key, YamlNode value)
    {
        _written.Add(key.Text, key.Position);
        _entries.Add(new(key, value));
    }

    private void Merge(YamlNode value)
    {
        IReadOnlyList<YamlNode> sources = value is YamlSequence sequence ? sequence.Items : [value];
        foreach (var source in sources)
        {
            if (source is YamlMapping mapping)
                _merged.AddRange(mapping.Entries);
            else
                report(source.Position, $"merge key << has {source.Description}; expected a mapping or a list of mappings");
        }
    }
}
