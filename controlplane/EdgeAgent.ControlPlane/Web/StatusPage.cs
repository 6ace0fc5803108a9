using System.Globalization;
using System.Net;
using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;

namespace EdgeAgent.ControlPlane.Web;

/// <summary>Where hosts and policies stand, as one plain HTML page without scripts.</summary>
internal sealed class StatusPage(Publisher publisher, StatusBoard board, HostConnections connections, AuditIntegrity audit)
{
    private const string Style = """
        body{font:14px/1.45 system-ui,sans-serif;margin:2rem;color:#1b1f24;background:#fff}
        h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
        table{border-collapse:collapse}th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid #d8dee4;vertical-align:top}
        code{font:12px ui-monospace,monospace}.good{color:#1a7f37}.bad{color:#cf222e}.wait{color:#9a6700}
        @media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th,td{border-color:#30363d}.good{color:#3fb950}.bad{color:#f85149}.wait{color:#d29922}}
        """;

    /// <summary>The page.</summary>
    public string Render()
    {
        var state = publisher.Current;
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        html.Append(CultureInfo.InvariantCulture, $"<title>EdgeAgent control plane</title><style>{Style}</style></head><body><h1>EdgeAgent control plane</h1>");
        html.Append(CultureInfo.InvariantCulture, $"<p>Revision <b>{state.Revision}</b>, {state.Hosts.Count} hosts, {connections.Count} connected.");
        html.Append(audit.IsIntact ? " Audit logs intact.</p>" : " <b class=\"bad\">An audit log was altered from outside.</b></p>");
        Hosts(html, state);
        Policies(html, state);
        return html.Append("</body></html>").ToString();
    }

    private void Hosts(StringBuilder html, FleetState state)
    {
        html.Append("<h2>Hosts</h2><table><tr><th>Host<th>State<th>Target<th>Realized<th>Policy<th>Kernel<th>Agent<th>Reason</tr>");
        var entries = board.All().ToDictionary(entry => entry.Host);
        foreach (var host in state.Hosts.Keys.Union(entries.Keys).Order())
        {
            var entry = entries.GetValueOrDefault(host) ?? new(host, HostState.Unknown, "never connected");
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(host.ToString())}<td class=\"{ClassOf(entry.State)}\">{entry.State}<td>{entry.Target}<td>{entry.Realized}");
            html.Append(CultureInfo.InvariantCulture, $"<td><code>{entry.PolicyDigest.Short}</code><td><code>{entry.KernelDigest.Short}</code>");
            html.Append(CultureInfo.InvariantCulture, $"<td>{Text($"{entry.Facts?.AgentVersion} {entry.Facts?.Backend}")}<td>{Text(entry.Reason)}</tr>");
        }

        html.Append("</table>");
    }

    private void Policies(StringBuilder html, FleetState state)
    {
        html.Append("<h2>Policies</h2><table><tr><th>Policy<th>Realized<th>Missing</tr>");
        foreach (var span in PolicySpans.Of(state, board))
        {
            var done = span.Hosts - span.Missing.Count;
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(span.Policy.ToString())}<td class=\"{(span.Missing.Count == 0 ? "good" : "wait")}\">{done} of {span.Hosts} hosts");
            html.Append(CultureInfo.InvariantCulture, $"<td>{Text(string.Join(", ", span.Missing.Take(20)))}{(span.Missing.Count > 20 ? ", ..." : "")}</tr>");
        }

        html.Append("</table>");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string ClassOf(HostState state) => state switch
    {
        HostState.Realized => "good",
        HostState.Failed or HostState.RolledBack or HostState.Disconnected => "bad",
        _ => "wait",
    };
}
