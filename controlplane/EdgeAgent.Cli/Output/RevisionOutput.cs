using System.Text.Json;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Output;

/// <summary>Revisions as people and programs read them.</summary>
internal static class RevisionOutput
{
    public static void WriteJson(Utf8JsonWriter json, RevisionEntry entry)
    {
        json.WriteStartObject();
        json.WriteNumber("revision", entry.Revision);
        json.WriteString("at", Words.Instant(entry.At.ToDateTimeOffset()));
        json.WriteString("author", entry.Author);
        json.WriteString("note", entry.Note);
        ChangeOutput.WriteChanges(json, entry.Changes);
        json.WriteEndObject();
    }

    /// <summary>One line, without the time.</summary>
    public static string Line(RevisionEntry entry) =>
        $"revision {entry.Revision} by {(entry.Author.Length > 0 ? entry.Author : "nobody named")}: {ChangeOutput.Summary(entry.Changes)}{(entry.Note.Length > 0 ? $" ({entry.Note})" : "")}";
}
