using System.Globalization;
using System.Text.Json;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Output;

/// <summary>Drafts as people and programs read them.</summary>
internal static class DraftOutput
{
    public static void WriteTable(Terminal terminal, IEnumerable<Draft> drafts)
    {
        var palette = Palette.Of(terminal);
        var table = new TextTable("DRAFT", "FROM", "AT", "AUTHOR", "RESOURCES", "STANDS", "NOTE");
        foreach (var draft in drafts)
        {
            var stands = draft.Conflicts.Count == 0 ? new TextTable.Cell("current", palette.Good) : new TextTable.Cell($"{Words.Count(draft.Conflicts.Count, "conflict")}", palette.Bad);
            table.Add(
                draft.Name,
                $"revision {draft.BaseRevision.ToString(CultureInfo.InvariantCulture)}",
                Words.Instant(draft.At.ToDateTimeOffset()),
                draft.Author,
                draft.Keys.Count.ToString(CultureInfo.InvariantCulture),
                stands,
                draft.Note);
        }

        table.WriteTo(terminal.Output);
        foreach (var draft in drafts)
            WriteConflicts(terminal, draft);
    }

    /// <summary>Says on standard error which later revisions changed what the draft changes.</summary>
    public static void WriteConflicts(Terminal terminal, Draft draft)
    {
        foreach (var conflict in draft.Conflicts)
            terminal.Error.WriteLine($"draft {draft.Name} is from revision {draft.BaseRevision}; {KeyText.Of(conflict.Key)} was changed since by revision {conflict.Revision.Revision} ({conflict.Revision.Author}{(conflict.Revision.Note.Length > 0 ? $": {conflict.Revision.Note}" : "")})");
    }

    public static void WriteJson(Terminal terminal, IEnumerable<Draft> drafts) => JsonOutput.Write(terminal, json =>
    {
        json.WriteStartArray();
        foreach (var draft in drafts)
            WriteJson(json, draft);
        json.WriteEndArray();
    });

    public static void WriteJson(Utf8JsonWriter json, Draft draft)
    {
        json.WriteStartObject();
        json.WriteString("name", draft.Name);
        json.WriteNumber("base", draft.BaseRevision);
        json.WriteString("at", Words.Instant(draft.At.ToDateTimeOffset()));
        json.WriteString("author", draft.Author);
        json.WriteString("note", draft.Note);
        json.WriteStartArray("resources");
        foreach (var key in draft.Keys)
        {
            json.WriteStartObject();
            KeyText.WriteFields(json, key);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("conflicts");
        foreach (var conflict in draft.Conflicts)
        {
            json.WriteStartObject();
            KeyText.WriteFields(json, conflict.Key);
            json.WriteNumber("revision", conflict.Revision.Revision);
            json.WriteString("author", conflict.Revision.Author);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
