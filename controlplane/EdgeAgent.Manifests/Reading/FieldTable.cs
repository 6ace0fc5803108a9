using EdgeAgent.Manifests.Documents;

namespace EdgeAgent.Manifests.Reading;

/// <summary>The fields of an object by name.</summary>
internal sealed class FieldTable
{
    private readonly Dictionary<string, Field> _byName;
    private readonly IReadOnlyList<Field> _fields;
    private readonly bool _isOpen;

    public FieldTable(IReadOnlyList<Field> fields)
    {
        _fields = fields;
        _byName = fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        _isOpen = fields.Any(field => field.IsOthers);
    }

    /// <summary>Reports unknown, refused and missing fields.</summary>
    public void Check(YamlMapping mapping, ReadContext context)
    {
        foreach (var (key, value) in mapping.Entries)
        {
            if (!_byName.TryGetValue(key.Text, out var field))
            {
                if (_isOpen)
                    continue;
                context.Field(key.Text).Error(key, Unknown(key.Text));
            }
            else if (!value.IsNull)
            {
                field.CheckPresent(key, value, context.Field(key.Text));
            }
        }

        foreach (var field in _fields)
        {
            if (field.IsRequired && !mapping.TryGet(field.Name, out _))
                context.Field(field.Name).Error(mapping, $"field {Quotation.Quoted(field.Name)} is missing; expected {field.TypeName}");
        }
    }

    private string Unknown(string name)
    {
        var known = _fields.Where(field => field.Standing is not (FieldStanding.Ignored or FieldStanding.Refused)).Select(field => field.Name).ToList();
        var expected = NearestName.Of(name, known) is { } near
            ? $"did you mean {Quotation.Quoted(near)}?"
            : $"expected one of {string.Join(", ", known)}";
        return $"unknown field {Quotation.Quoted(name)}; {expected}";
    }
}
