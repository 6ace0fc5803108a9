using System.Text.Json;

namespace EdgeAgent.Cli.Output;

/// <summary>Flows between groups as people and programs read them.</summary>
internal static class FlowOutput
{
    private const int FewGroups = 3;

    /// <summary>Writes a table of changed flows.</summary>
    public static void WriteTable(Terminal terminal, IReadOnlyList<FlowView> flows)
    {
        var palette = Palette.Of(terminal);
        var table = new TextTable("NOW", "FROM", "TO", "TRAFFIC");
        foreach (var flow in flows)
            table.Add(new(flow.Verdict, word => palette.Verdict(flow.IsAllowed, word)), Names(flow.From), Names(flow.To), Traffic(flow));
        table.WriteTo(terminal.Output);
    }

    /// <summary>Writes the field <c>flows</c>.</summary>
    public static void WriteJson(Utf8JsonWriter json, IReadOnlyList<FlowView> flows)
    {
        json.WriteStartArray("flows");
        foreach (var flow in flows)
        {
            json.WriteStartObject();
            json.WriteString("verdict", flow.Verdict);
            WriteGroups(json, "from", flow.From);
            WriteGroups(json, "to", flow.To);
            if (flow.Family != 0)
                json.WriteNumber("family", flow.Family);
            WriteTraffic(json, flow.Traffic, flow.Parts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the fields <c>traffic</c>, in words, and <c>parts</c>.</summary>
    public static void WriteTraffic(Utf8JsonWriter json, string traffic, IReadOnlyList<TrafficPartView> parts)
    {
        json.WriteString("traffic", traffic);
        json.WriteStartArray("parts");
        foreach (var part in parts)
        {
            json.WriteStartObject();
            json.WriteString("protocol", part.Protocol);
            var isIcmp = part.Protocol.StartsWith("ICMP", StringComparison.Ordinal);
            WriteTexts(json, isIcmp ? "types" : "ports", part.Ports);
            WriteTexts(json, isIcmp ? "codes" : "sourcePorts", part.SourcePorts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a group as an object.</summary>
    public static void WriteGroup(Utf8JsonWriter json, GroupView group)
    {
        json.WriteStartObject();
        json.WriteString("name", group.Name);
        json.WriteNumber("hosts", group.Hosts);
        WriteTexts(json, "names", group.FirstHosts);
        WriteTexts(json, "addresses", group.Addresses);
        if (group.Labels.Count > 0)
        {
            json.WriteStartObject("labels");
            foreach (var (key, value) in group.Labels)
                json.WriteString(key, value);
            json.WriteEndObject();
        }

        WriteTexts(json, "endpoints", group.Endpoints);
        if (group.Block.Length > 0)
            json.WriteString("block", group.Block);
        if (group.Domain.Length > 0)
            json.WriteString("domain", group.Domain);
        json.WriteEndObject();
    }

    /// <summary>The names of groups, the first of them where there are many.</summary>
    public static string Names(IReadOnlyList<GroupView> groups) =>
        string.Join("; ", groups.Take(FewGroups).Select(group => group.Name)) + (groups.Count > FewGroups ? $"; and {Words.Count(groups.Count - FewGroups, "other group")}" : "");

    private static string Traffic(FlowView flow) => flow.Family == 0 ? flow.Traffic : $"IPv{flow.Family} {flow.Traffic}";

    private static void WriteGroups(Utf8JsonWriter json, string name, IReadOnlyList<GroupView> groups)
    {
        json.WriteStartArray(name);
        foreach (var group in groups)
            WriteGroup(json, group);
        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
