using System.Globalization;
using System.Text;
using EdgeAgent.Manifests.Reading;

namespace EdgeAgent.Manifests.Tests;

/// <summary>Writes what the readers know of their fields as a document: one table for each kind.</summary>
internal static class FieldTables
{
    private static readonly string[] _ofEveryKind = ["apiVersion", "kind", "metadata"];

    /// <summary>The document.</summary>
    public static string Write(IReadOnlyList<KindDescription> kinds)
    {
        var text = new StringBuilder();
        text.Append("# Fields of every kind\n\n");
        text.Append("Generated from the readers; `EDGEAGENT_WRITE_FIELDS=1 dotnet test tests/EdgeAgent.Manifests.Tests` writes it anew.\n\n");
        text.Append("- **enforced**: the kernel of a host does what the field says.\n");
        text.Append("- **derived**: it is about proxies; what it means at L3/L4 is enforced.\n");
        text.Append("- **ignored**: read, and of no meaning for who may reach whom.\n");
        text.Append("- **refused**: an error that gives the reason, since accepting it would be a promise that is not kept.\n\n");
        text.Append("Any other field is an error that offers the nearest known name; `*` stands for all others where those are ignored. A field marked * is required. `[]` is a list.\n\n");
        text.Append("## Of every kind\n\n");
        WriteTable(text, kinds[0].Fields.Where(field => field.Name == "metadata"));
        foreach (var language in kinds.GroupBy(kind => kind.Language))
        {
            text.Append(CultureInfo.InvariantCulture, $"## {language.Key}\n\n");
            foreach (var kind in language)
                WriteKind(text, kind);
        }

        return text.ToString().TrimEnd() + "\n";
    }

    private static void WriteKind(StringBuilder text, KindDescription kind)
    {
        text.Append(CultureInfo.InvariantCulture, $"### {kind.Kind}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{string.Join(", ", kind.ApiVersions.Select(version => $"`{version}`"))}{(kind.IsNamespaced ? "" : "; outside namespaces")}\n\n");
        WriteTable(text, kind.Fields.Where(field => !_ofEveryKind.Contains(field.Name) && field is not { Name: "status", Standing: FieldStanding.Ignored }));
    }

    private static void WriteTable(StringBuilder text, IEnumerable<FieldDescription> fields)
    {
        var rows = fields.SelectMany(field => Rows("", field, [])).ToList();
        text.Append("| field | | value | |\n|---|---|---|---|\n");
        foreach (var (path, field) in rows.Where(row => row.Field.Standing != FieldStanding.Ignored || row.Field.Fields.Count > 0))
            text.Append(CultureInfo.InvariantCulture, $"| `{path}`{(field.IsRequired ? "*" : "")} | {Word(field.Standing)} | {Cell(Value(field))} | {Cell(field.Note)} |\n");
        foreach (var note in rows.Where(row => row.Field is { Standing: FieldStanding.Ignored, Fields.Count: 0 }).GroupBy(row => (Parent(row.Path), row.Field.Note)))
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(", ", note.Select(row => $"`{row.Path}`"))} | ignored | | {Cell(note.Key.Note)} |\n");
        text.Append('\n');
    }

    // Fields that stand in several places of a kind are told in the first of them.
    private static IEnumerable<(string Path, FieldDescription Field)> Rows(string parent, FieldDescription field, Dictionary<string, string> told)
    {
        var path = parent + field.Name + (IsList(field) ? "[]" : "");
        if (field.Fields.Count > 2 && !told.TryAdd(Content(field), path))
            return [(path, field with { Fields = [], Type = $"as `{told[Content(field)]}`" })];
        return field.Fields.SelectMany(inner => Rows(path + ".", inner, told)).Prepend((path, field));
    }

    private static string Content(FieldDescription field) =>
        string.Join(';', field.Fields.Select(inner => $"{inner.Name},{inner.Type},{inner.IsRequired},{inner.Standing},{inner.Note}({Content(inner)})"));

    private static bool IsList(FieldDescription field) => field.Type.StartsWith("a list", StringComparison.Ordinal);

    // What an object holds is told by the rows of its fields.
    private static string Value(FieldDescription field) => field.Standing == FieldStanding.Refused || field.Fields.Count > 0 ? "" : field.Type;

    private static string Parent(string path) => path.LastIndexOf('.') is >= 0 and var dot ? path[..dot] : "";

    private static string Word(FieldStanding standing) => standing.ToString().ToLowerInvariant();

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
