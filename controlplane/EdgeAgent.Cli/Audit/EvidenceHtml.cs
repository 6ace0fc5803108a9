using System.Globalization;
using System.Net;
using EdgeAgent.Cli.Output;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Audit;

/// <summary>Evidence for an assessor: one page that needs nothing else, and prints.</summary>
internal static class EvidenceHtml
{
    public static void Write(TextWriter output, Evidence evidence)
    {
        var (header, hosts) = (evidence.Header, evidence.Hosts);
        output.Write(EvidenceStyle.Head);
        output.Write($"<h1>Evidence of enforced segmentation</h1><p>{Time(header.From.ToDateTimeOffset())} to {Time(header.To.ToDateTimeOffset())}, from the logs of EdgeAgent {Text(header.ServerVersion)} at revision {header.Revision}. Times are UTC.</p>");
        Integrity(output, header);
        Summary(output, hosts);
        Changes(output, evidence.Changes);
        Actions(output, evidence.Actions);
        foreach (var host in hosts)
            Host(output, host, evidence);
        Rulesets(output, evidence);
        output.Write("</body></html>\n");
    }

    private static void Integrity(TextWriter output, AuditHeader header)
    {
        output.Write("<h2>Integrity of the logs</h2>");
        output.Write(header.Findings.Count == 0
            ? "<p class=\"good\">Every row of every log follows from the row before by its hash, and each log ends with the row that the control plane signed.</p>"
            : $"<p class=\"bad\">{Words.Count(header.Findings.Count, "log")} broken:</p><ul>{string.Concat(header.Findings.Select(finding => $"<li>{Text(finding.Log)}, row {finding.Number}: {Text(finding.What)}</li>"))}</ul>");
        Table(output, ["log", "last row", "its hash"], header.Heads.Select(head => (string[])[Text(head.Log), Number(head.Number), Code(Convert.ToHexStringLower(head.Hash.Span))]));
        output.Write($"<p>Signed with the key {Code(HeadsJson.Fingerprint(header.PublicKey))} (SHA-256 of the public key). Keep this page: a log that is cut or made anew later no longer holds these rows (<code>edgectl audit verify --known</code>).</p>");
    }

    private static void Summary(TextWriter output, IReadOnlyList<HostEvidence> hosts)
    {
        output.Write("<h2>Hosts</h2>");
        Table(output, ["host", "realized", "stands", "target", "realized revision", "foreign changes", "always open"], hosts.Select(host =>
        {
            var last = host.Timeline is [.., var newest] ? newest.Standing.Transition : null;
            return (string[])
            [
                $"<a href=\"#{Anchor(host.Host)}\">{Text(host.Host)}</a>",
                Percent(host.Realized),
                Text(last?.State.ToString() ?? "-"),
                last is null ? "-" : Number(last.TargetRevision),
                last is null ? "-" : Number(last.RealizedRevision),
                Number(host.Drift.Count),
                Number(host.AlwaysOpen is [.., var open] ? open.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length : 0),
            ];
        }));
        output.Write("<p class=\"note\">Realized: the share of the time since the host was first known in which its kernel, read back, was proven to hold the newest policy that the host was told. A host that is not connected counts as not realized, though its kernel goes on enforcing.</p>");
    }

    private static void Changes(TextWriter output, IReadOnlyList<RevisionEntry> changes)
    {
        output.Write("<h2>Changes of policy</h2>");
        if (changes.Count == 0)
            output.Write("<p>None.</p>");
        foreach (var entry in changes)
        {
            output.Write($"<h3>Revision {entry.Revision}</h3><p>{Time(entry.At.ToDateTimeOffset())} by <b>{Text(entry.Author)}</b>: {Text(entry.Note.Length > 0 ? entry.Note : "(no note)")}</p>");
            foreach (var change in entry.Changes)
            {
                output.Write($"<p>{Text(ChangeOutput.WordOf(change.Kind))} {Text(KeyText.Of(change.Key))}</p><pre>");
                foreach (var line in ChangeOutput.Diff(change))
                    output.Write($"<span class=\"{(line[0] switch { '+' => "added", '-' => "removed", _ => "same" })}\">{Text(line)}</span>\n");
                output.Write("</pre>");
            }
        }
    }

    private static void Actions(TextWriter output, IReadOnlyList<AuditAction> actions)
    {
        output.Write("<h2>Hosts and people let in or out, and drafts</h2>");
        if (actions.Count == 0)
            output.Write("<p>None.</p>");
        else
            Table(output, ["when", "who", "what", "", ""], actions.Select(action => (string[])[Time(action.At.ToDateTimeOffset()), Text(action.Author), Text(action.What), Text(action.Subject), Text(action.Text)]));
    }

    private static void Host(TextWriter output, HostEvidence host, Evidence evidence)
    {
        output.Write($"<h2 id=\"{Anchor(host.Host)}\">Host {Text(host.Host)}</h2><p>Realized {Percent(host.Realized)} of the time.</p>");
        Table(output, ["from", "for", "state", "target", "realized", "policy digest", "ruleset", "why"], host.Timeline.Select(stretch =>
        {
            var transition = stretch.Standing.Transition;
            return (string[])
            [
                Time(stretch.From), Text(Words.Span(stretch.To - stretch.From)),
                $"<span class=\"{(stretch.IsRealized ? "good" : "bad")}\">{Text(transition.State.ToString())}</span>",
                Number(transition.TargetRevision), Number(transition.RealizedRevision), Code(Short(transition.PolicyDigest)),
                Ruleset(transition.KernelDigest, evidence), Text(transition.Reason),
            ];
        }));
        Observations(output, "Changes by others, repaired", host.Drift, "None.");
        Observations(output, "Always open, whatever policy says", host.AlwaysOpen, "Nothing was reported.");
        Observations(output, "Foreign chains that can drop what policy allows", host.ShadowedBy, "None.");
    }

    private static void Observations(TextWriter output, string title, IReadOnlyList<Observation> observations, string none)
    {
        output.Write($"<h3>{title}</h3>");
        if (observations.Count == 0)
            output.Write($"<p>{none}</p>");
        else
            Table(output, ["since", "what"], observations.Select(row => (string[])[Time(row.At.ToDateTimeOffset()), row.Text.Length == 0 ? "nothing" : Text(row.Text).Replace("\n", "<br>", StringComparison.Ordinal)]));
    }

    private static void Rulesets(TextWriter output, Evidence evidence)
    {
        output.Write("<h2>Rulesets</h2><p class=\"note\">What kernels held, as read back. The digest is the SHA-256 of the first text, in which the elements of each set stand as their count and digest; the second, as the host wrote it, has the elements.</p>");
        foreach (var ruleset in evidence.Rulesets.Values)
        {
            output.Write($"<h3 id=\"r-{Text(ruleset.Digest)}\" class=\"digest\">{Text(ruleset.Digest)}</h3><p>Received {Time(ruleset.Received.ToDateTimeOffset())}.</p><pre>{Text(ruleset.Proof)}</pre>");
            output.Write(ruleset.Full.Length > 0 ? $"<h4>With elements</h4><pre>{Text(ruleset.Full)}</pre>" : "<p>The text with elements was too long to keep.</p>");
        }
    }

    private static void Table(TextWriter output, IReadOnlyList<string> headings, IEnumerable<string[]> rows)
    {
        output.Write($"<table><thead><tr>{string.Concat(headings.Select(heading => $"<th>{heading}</th>"))}</tr></thead><tbody>");
        foreach (var row in rows)
            output.Write($"<tr>{string.Concat(row.Select(cell => $"<td>{cell}</td>"))}</tr>");
        output.Write("</tbody></table>\n");
    }

    private static string Ruleset(string digest, Evidence evidence) => digest.Length == 0 ? "-"
        : evidence.Rulesets.ContainsKey(digest) ? $"<a href=\"#r-{Text(digest)}\">{Code(Short(digest))}</a>" : $"{Code(Short(digest))} (text not kept)";

    private static string Percent(double? share) => share is { } known ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(known * 10000) / 100:0.00} %") : "-";

    private static string Anchor(string host) => "h-" + Text(host);

    private static string Short(string digest) => digest.Length > 16 ? digest[..16] : digest;

    private static string Code(string text) => $"<code>{Text(text)}</code>";

    private static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
