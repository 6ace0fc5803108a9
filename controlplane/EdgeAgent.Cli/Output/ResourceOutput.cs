using System.Globalization;
using EdgeAgent.Manifests;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Output;

/// <summary>Resources as people and programs read them.</summary>
internal static class ResourceOutput
{
    public static void WriteTable(Terminal terminal, IReadOnlyList<Resource> resources, IReadOnlyDictionary<ResourceKey, PolicyRealization> realizations)
    {
        var palette = Palette.Of(terminal);
        var table = new TextTable("KIND", "NAMESPACE", "NAME", "REVISION", "REALIZED", "WARNINGS");
        foreach (var resource in resources)
        {
            table.Add(
                KeyText.FromWire(resource.Key).Kind,
                resource.Key.Namespace,
                resource.Key.Name,
                resource.Revision.ToString(CultureInfo.InvariantCulture),
                realizations.TryGetValue(resource.Key, out var realization) ? Realized(realization, palette) : "",
                new(string.Join("; ", resource.Warnings.Select(warning => warning.Message)), palette.Doubtful));
        }

        table.WriteTo(terminal.Output);
    }

    public static void WriteYaml(Terminal terminal, IReadOnlyList<Resource> resources)
    {
        for (var i = 0; i < resources.Count; i++)
        {
            if (i > 0)
                terminal.Output.WriteLine("---");
            terminal.Output.WriteLine(resources[i].Yaml.TrimEnd());
        }
    }

    public static void WriteJson(Terminal terminal, IReadOnlyList<Resource> resources, IReadOnlyDictionary<ResourceKey, PolicyRealization> realizations) => JsonOutput.Write(terminal, json =>
    {
        json.WriteStartArray();
        foreach (var resource in resources)
        {
            json.WriteStartObject();
            KeyText.WriteFields(json, resource.Key);
            json.WriteNumber("revision", resource.Revision);
            if (realizations.TryGetValue(resource.Key, out var realization))
            {
                json.WriteStartObject("hosts");
                json.WriteNumber("span", realization.Span);
                json.WriteNumber("realized", realization.Realized);
                json.WriteTexts("missing", realization.Missing);
                json.WriteEndObject();
            }

            json.WriteStartArray("warnings");
            foreach (var warning in resource.Warnings)
                ChangeOutput.WriteFinding(json, warning);
            json.WriteEndArray();
            json.WritePropertyName("manifest");
            ManifestJson.Write(json, resource.Yaml);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static TextTable.Cell Realized(PolicyRealization realization, Palette palette) => new(
        $"{realization.Realized} of {Words.Count(realization.Span, "host")}",
        text => realization.Realized == realization.Span ? palette.Good(text) : palette.Bad(text));
}
