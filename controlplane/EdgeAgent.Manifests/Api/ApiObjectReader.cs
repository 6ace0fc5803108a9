using System.Text.Json;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests;

/// <summary>
/// Makes documents of what an API server sends. Of an object's many fields those stay that its reader looks at, so that what says nothing of
/// who may reach whom, such as a status that is written each minute, changes no document. Fields that no reader knows stay where unknown
/// fields are errors.
/// </summary>
public sealed class ApiObjectReader
{
    private const string Metadata = "metadata";

    private readonly KindReader _kind;
    private readonly string _apiVersion;
    private readonly ApiObjectForm _form;

    /// <summary>A reader for the objects of one kind.</summary>
    /// <param name="kind">The kind, one of <see cref="ManifestReader.Kinds"/>.</param>
    /// <param name="apiVersion">The version that the server is asked for; items of its lists do not say it.</param>
    /// <param name="form">What becomes of the objects.</param>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
    public ApiObjectReader(KindDescription kind, string apiVersion, ApiObjectForm form)
    {
        _kind = KindTable.All.FirstOrDefault(reader => reader.KeyKind == kind.KeyKind) ?? throw new ArgumentException($"there is no kind {kind.KeyKind}", nameof(kind));
        (_apiVersion, _form) = (apiVersion, form);
    }

    /// <summary>The key of an object; null for one without a name.</summary>
    public ResourceKey? KeyOf(JsonElement json) => NamesOf(json) is var (space, name) && name.Length > 0 ? new(_kind.KeyKind, space, Named(name)) : null;

    /// <summary>The object as a document; null for one without a name.</summary>
    /// <exception cref="InvalidOperationException">A string of it is no text (half of a surrogate pair).</exception>
    public ApiObject? Read(JsonElement json)
    {
        if (KeyOf(json) is not { } key)
            return null;
        List<YamlEntry> entries = [Entry("apiVersion", Text(_apiVersion)), Entry("kind", Text(_kind.Kind)), Entry(Metadata, MetadataOf(json.GetProperty(Metadata), key))];
        var fields = Fields(_kind.Fields, json, Metadata, "apiVersion", "kind");
        return new(key, DocumentText.Write(new YamlMapping(default, [.. entries, .. fields])));
    }

    private static (string Namespace, string Name) NamesOf(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(Metadata, out var metadata) && metadata.ValueKind == JsonValueKind.Object
            ? (StringOf(metadata, "namespace"), StringOf(metadata, "name"))
            : ("", "");

    private static string StringOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private string Named(string name) => _form.Prefix.Length == 0 ? name : _kind.Language == Languages.Calico ? CalicoName(name) : _form.Prefix + name;

    // What stands before a dot in the name of a policy may be its tier.
    private string CalicoName(string name) => name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && _kind.Kind.EndsWith("Policy", StringComparison.Ordinal)
        ? $"{name[..(dot + 1)]}{_form.Prefix}{name[(dot + 1)..]}"
        : _form.Prefix + name;

    private YamlMapping MetadataOf(JsonElement metadata, ResourceKey key)
    {
        List<YamlEntry> entries = [Entry("name", Text(key.Name))];
        if (key.Namespace.Length > 0)
            entries.Add(Entry("namespace", Text(key.Namespace)));
        var labels = Strings(metadata, "labels", static _ => true);
        foreach (var (label, value) in _form.Labels)
            labels[label] = Text(value);
        Add("labels", labels);
        Add("annotations", Strings(metadata, "annotations", MeaningfulAnnotations.Contains));
        return new(default, entries);

        void Add(string name, SortedDictionary<string, YamlNode> values)
        {
            if (values.Count > 0)
                entries.Add(Entry(name, new YamlMapping(default, [.. values.Select(value => Entry(value.Key, value.Value))])));
        }
    }

    private static SortedDictionary<string, YamlNode> Strings(JsonElement json, string name, Func<string, bool> counts)
    {
        var values = new SortedDictionary<string, YamlNode>(StringComparer.Ordinal);
        if (!json.TryGetProperty(name, out var map) || map.ValueKind != JsonValueKind.Object)
            return values;
        foreach (var item in map.EnumerateObject().Where(item => counts(item.Name)))
            values[item.Name] = Whole(item.Value);
        return values;
    }

    private List<YamlEntry> Fields(IReadOnlyList<Field> fields, JsonElement json, params ReadOnlySpan<string> except)
    {
        var isOpen = fields.Any(field => field.IsOthers);
        var entries = new Dictionary<string, YamlEntry>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
        {
            if (except.Contains(property.Name) || _form.LeavesOut(property.Name, property.Value))
                continue;
            var field = fields.FirstOrDefault(candidate => candidate.Name == property.Name);
            if (field is null ? isOpen : !field.IsLookedAt)
                continue;
            // Where only some fields count, an object without any of them says nothing.
            if (Value(field?.Fields ?? [], property.Value) is { } value && !(isOpen && IsEmpty(value)))
                entries[property.Name] = Entry(property.Name, value);
        }

        return [.. entries.Values];
    }

    private YamlNode? Value(IReadOnlyList<Field> fields, JsonElement json)
    {
        if (fields.Count == 0)
            return Whole(json);
        var isOpen = fields.Any(field => field.IsOthers);
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var entries = Fields(fields, json);
                return isOpen && entries.Count == 0 ? null : new YamlMapping(default, entries);
            case JsonValueKind.Array:
                return new YamlSequence(default, [.. json.EnumerateArray().Select(item => Value(fields, item)).OfType<YamlNode>()]);
            default:
                return Whole(json);
        }
    }

    private static bool IsEmpty(YamlNode node) => node is YamlMapping { Entries.Count: 0 } or YamlSequence { Items.Count: 0 };

    private static YamlNode Whole(JsonElement json) => json.ValueKind switch
    {
        // Of a name that comes twice the last counts, as in JSON.
        JsonValueKind.Object => new YamlMapping(default, [.. json.EnumerateObject().GroupBy(item => item.Name).Select(item => Entry(item.Key, Whole(item.Last().Value)))]),
        JsonValueKind.Array => new YamlSequence(default, [.. json.EnumerateArray().Select(Whole)]),
        JsonValueKind.String => Text(json.GetString()!),
        JsonValueKind.Number => new YamlScalar(default, json.GetRawText(), json.TryGetInt64(out _) ? ScalarType.Integer : ScalarType.Float),
        JsonValueKind.True or JsonValueKind.False => new YamlScalar(default, json.GetBoolean() ? "true" : "false", ScalarType.Boolean),
        _ => new YamlScalar(default, "null", ScalarType.Null),
    };

    private static YamlScalar Text(string text) => new(default, text, ScalarType.String);

    private static YamlEntry Entry(string key, YamlNode value) => new(Text(key), value);
}
