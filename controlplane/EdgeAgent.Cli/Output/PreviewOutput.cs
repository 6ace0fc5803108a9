using System.Globalization;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Output;

/// <summary>What a draft would change, as people and programs read it.</summary>
internal static class PreviewOutput
{
    private const int MostHosts = 20;

    public static void WriteText(Terminal terminal, PreviewDraftResponse preview)
    {
        var palette = Palette.Of(terminal);
        ChangeOutput.WriteText(terminal, preview.Result);
        terminal.Output.WriteLine($"draft {preview.Draft.Name} against revision {preview.Result.Revision}: {ChangeOutput.Summary(preview.Result.Changes)}; {Words.Count(preview.Hosts.Count, "host")} would be touched");
        foreach (var host in preview.Hosts.Take(MostHosts))
            terminal.Output.WriteLine($"  {host}");
        if (preview.Hosts.Count > MostHosts)
            terminal.Output.WriteLine($"  and {preview.Hosts.Count - MostHosts} more");
        var flows = preview.Result.Flows.Select(FlowView.Of).ToList();
        terminal.Output.WriteLine(flows.Count == 0 ? "no flow would be newly allowed or denied" : "flows that would be newly allowed or denied:");
        if (flows.Count > 0)
            FlowOutput.WriteTable(terminal, flows);
        var denied = preview.Reported.Where(flow => flow.After == Decision.Deny).ToList();
        terminal.Output.WriteLine($"of the flows that hosts reported in the last day, {denied.Count} would be denied that now pass, {preview.Reported.Count - denied.Count} would pass that now are denied");
        if (preview.Reported.Count == 0)
            return;
        var table = new TextTable("", "FROM", "TO", "TRAFFIC", "COUNT", "LAST SEEN", "REPORTED BY", "BECAUSE OF");
        foreach (var flow in preview.Reported)
        {
            table.Add(
                new(flow.After == Decision.Deny ? "deny" : "allow", text => palette.Verdict(flow.After == Decision.Allow, text)),
                flow.From,
                flow.To,
                Traffic(flow),
                flow.Count.ToString(CultureInfo.InvariantCulture),
                Words.Instant(flow.LastSeen.ToDateTimeOffset()),
                flow.Host,
                flow.AfterPolicy.Length > 0 ? flow.AfterPolicy : $"no more {flow.BeforePolicy}");
        }

        table.WriteTo(terminal.Output);
    }

    public static void WriteJson(Terminal terminal, PreviewDraftResponse preview) => JsonOutput.Write(terminal, json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("draft");
        DraftOutput.WriteJson(json, preview.Draft);
        json.WriteBoolean("accepted", preview.Result.Accepted);
        json.WriteNumber("revision", preview.Result.Revision);
        ChangeOutput.WriteChanges(json, preview.Result.Changes);
        FlowOutput.WriteJson(json, [.. preview.Result.Flows.Select(FlowView.Of)]);
        json.WriteStartArray("diagnostics");
        foreach (var finding in preview.Result.Diagnostics)
            ChangeOutput.WriteFinding(json, finding);
        json.WriteEndArray();
        json.WriteStartArray("hosts");
        foreach (var host in preview.Hosts)
            json.WriteStringValue(host);
        json.WriteEndArray();
        json.WriteStartArray("reported");
        foreach (var flow in preview.Reported)
        {
            json.WriteStartObject();
            json.WriteString("host", flow.Host);
            json.WriteString("from", flow.From);
            json.WriteString("to", flow.To);
            json.WriteString("protocol", flow.Protocol);
            json.WriteNumber("port", flow.Port);
            json.WriteNumber("count", flow.Count);
            json.WriteString("lastSeen", Words.Instant(flow.LastSeen.ToDateTimeOffset()));
            json.WriteString("before", Verdict(flow.Before));
            json.WriteString("beforePolicy", flow.BeforePolicy);
            json.WriteString("after", Verdict(flow.After));
            json.WriteString("afterPolicy", flow.AfterPolicy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Verdict(Decision decision) => decision == Decision.Allow ? "allow" : "deny";

    private static string Traffic(ReportedFlow flow) =>
        flow.Port == 0 ? flow.Protocol : string.Create(CultureInfo.InvariantCulture, $"{flow.Protocol}/{flow.Port}");
}
