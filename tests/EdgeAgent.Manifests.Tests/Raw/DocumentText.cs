using System.Text;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Writes documents the ways that people and programs do.</summary>
internal static class DocumentText
{
    /// <summary>The documents as one text.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="style">0: a line of flow style each; 1: indented; 2: one list of them all, as programs print.</param>
    public static string Of(IReadOnlyList<JsonObject> documents, int style) => style switch
    {
        0 => string.Join("\n---\n", documents.Select(document => document.ToJsonString())),
        1 => string.Join("---\n", documents.Select(document => Indented(document, 0))),
        _ => Indented(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. documents.Select(document => document.DeepClone())]) }, 0),
    };

    private static string Indented(JsonNode node, int depth)
    {
        var text = new StringBuilder();
        var indent = new string(' ', depth);
        foreach (var (key, value) in (node as JsonObject ?? []).Select(pair => ($"{Key(pair.Key)}:", pair.Value)).Concat((node as JsonArray ?? []).Select(item => ("-", item))))
        {
            text.Append(indent).Append(key);
            if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
                text.Append('\n').Append(Indented(value, depth + 2));
            else
                text.Append(' ').Append(value?.ToJsonString() ?? "null").Append('\n');
        }

        return text.ToString();
    }

    private static string Key(string key) => key is "y" or "n" ? $"\"{key}\"" : key;
}
