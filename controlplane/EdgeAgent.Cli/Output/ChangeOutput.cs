using System.Text.Json;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Output;

/// <summary>What an apply, a diff, a delete or a rollback did or would do.</summary>
internal static class ChangeOutput
{
    /// <summary>One word for each kind of change, in the order they are counted.</summary>
    private static readonly (ChangeKind Kind, string Word)[] _words =
    [
        (ChangeKind.Created, "created"),
        (ChangeKind.Changed, "changed"),
        (ChangeKind.Deleted, "deleted"),
        (ChangeKind.Quarantined, "quarantined"),
        (ChangeKind.Released, "released"),
        (ChangeKind.Unchanged, "unchanged"),
    ];

    /// <param name="terminal">Where to.</param>
    /// <param name="response">What was changed.</param>
    /// <param name="flows">The flows whose verdict differs; null where that was not asked.</param>
    /// <param name="draft">The draft that was made of it; null for none.</param>
    public static void WriteJson(Terminal terminal, ApplyResponse response, IReadOnlyList<FlowView>? flows = null, string? draft = null) => JsonOutput.Write(terminal, json =>
    {
        json.WriteStartObject();
        if (draft is not null)
            json.WriteString("draft", draft);
        json.WriteBoolean("accepted", response.Accepted);
        json.WriteNumber("revision", response.Revision);
        json.WriteNumber("hostsTouched", response.HostsTouched);
        WriteChanges(json, response.Changes);
        if (flows is not null)
            FlowOutput.WriteJson(json, flows);
        json.WriteStartArray("diagnostics");
        foreach (var finding in response.Diagnostics)
            WriteFinding(json, finding);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    public static void WriteText(Terminal terminal, ApplyResponse response)
    {
        var palette = Palette.Of(terminal);
        foreach (var change in response.Changes)
        {
            var line = $"{WordOf(change.Kind),-9}  {KeyText.Of(change.Key)}";
            terminal.Output.WriteLine(change.Kind switch
            {
                ChangeKind.Created => palette.Good(line),
                ChangeKind.Changed => palette.Doubtful(line),
                ChangeKind.Deleted => palette.Bad(line),
                _ => palette.Faint(line),
            });
        }
    }

    /// <summary><c>2 created, 1 changed</c>; what there is none of is left out.</summary>
    public static string Summary(IEnumerable<ResourceChange> changes)
    {
        var counts = changes.CountBy(change => change.Kind).ToDictionary();
        var parts = _words.Where(word => counts.ContainsKey(word.Kind)).Select(word => $"{counts[word.Kind]} {word.Word}");
        return string.Join(", ", parts) is { Length: > 0 } text ? text : "nothing changed";
    }

    /// <summary>Writes the field <c>changes</c>.</summary>
    public static void WriteChanges(Utf8JsonWriter json, IEnumerable<ResourceChange> changes) => json.WriteObjects("changes", changes, change =>
    {
        json.WriteString("change", WordOf(change.Kind));
        KeyText.WriteFields(json, change.Key);
        if (change.Before.Length > 0)
            json.WriteString("before", change.Before);
        if (change.After.Length > 0)
            json.WriteString("after", change.After);
        WriteDigests(json, change);
    });

    /// <summary>Writes the digests of documents that are not kept any more, where there are such.</summary>
    public static void WriteDigests(Utf8JsonWriter json, ResourceChange change)
    {
        if (change.BeforeDigest.Length > 0)
            json.WriteString("beforeDigest", change.BeforeDigest);
        if (change.AfterDigest.Length > 0)
            json.WriteString("afterDigest", change.AfterDigest);
    }

    /// <summary>What changed in a document, by lines; the digest in the place of one that is not kept any more.</summary>
    public static IReadOnlyList<string> Diff(ResourceChange change) => change.BeforeDigest.Length + change.AfterDigest.Length == 0
        ? TextDiff.Of(change.Before, change.After)
        : [.. change.BeforeDigest.Length > 0 ? [Gone('-', change.BeforeDigest)] : TextDiff.Of(change.Before, ""), .. change.AfterDigest.Length > 0 ? [Gone('+', change.AfterDigest)] : TextDiff.Of("", change.After)];

    /// <summary>Writes a finding as an object.</summary>
    public static void WriteFinding(Utf8JsonWriter json, Diagnostic finding)
    {
        json.WriteStartObject();
        json.WriteString("severity", finding.Severity == Severity.Error ? "error" : "warning");
        json.WriteString("file", finding.File);
        json.WriteNumber("line", finding.Line);
        json.WriteNumber("column", finding.Column);
        json.WriteString("message", finding.Message);
        json.WriteEndObject();
    }

    /// <summary>One word for a kind of change.</summary>
    public static string WordOf(ChangeKind kind) => Array.Find(_words, word => word.Kind == kind).Word ?? "unknown";

    private static string Gone(char mark, string digest) => $"{mark}(not kept any more; SHA-256 {digest})";
}
