using System.Globalization;
using EdgeAgent.Cli.Output;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Audit;

/// <summary>Evidence as one table (RFC 4180): each row is a row of a log.</summary>
internal static class EvidenceCsv
{
    private static readonly char[] _quoted = [',', '"', '\r', '\n'];

    public static void Write(TextWriter output, Evidence evidence)
    {
        Row(output, "time", "log", "number", "subject", "what", "author", "text", "targetRevision", "realizedRevision", "policyDigest", "kernelDigest");
        foreach (var entry in evidence.Changes)
        {
            foreach (var change in entry.Changes)
                Row(output, Time(entry.At), "revisions", Number(entry.Revision), KeyText.Of(change.Key), ChangeOutput.WordOf(change.Kind), entry.Author, entry.Note, "", "", "", "");
        }

        foreach (var action in evidence.Actions)
            Row(output, Time(action.At), "actions", Number(action.Number), action.Subject, action.What, action.Author, action.Text, "", "", "", "");

        foreach (var row in evidence.Transitions)
        {
            var transition = row.Transition;
            Row(
                output, Time(transition.At), "transitions", Number(row.Number), row.Host, transition.State.ToString(), "", transition.Reason,
                Number(transition.TargetRevision), Number(transition.RealizedRevision), transition.PolicyDigest, transition.KernelDigest);
        }

        foreach (var row in evidence.Observations)
            Row(output, Time(row.At), "observations", Number(row.Number), row.Host, row.Kind.ToString(), "", row.Text, "", "", "", "");
    }

    private static void Row(TextWriter output, params string[] cells) => output.Write(string.Join(',', cells.Select(Cell)) + "\r\n");

    // A spreadsheet takes a cell that begins so for a formula; hosts and authors choose some of these texts.
    private static string Cell(string text)
    {
        var safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return safe.IndexOfAny(_quoted) < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string Time(Google.Protobuf.WellKnownTypes.Timestamp at) =>
        at.ToDateTimeOffset().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
