using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>The label selectors of Kubernetes (API reference, LabelSelector).</summary>
internal static class RawLabelSelector
{
    /// <summary>Whether labels satisfy a selector; an empty or absent one is satisfied by all.</summary>
    public static bool Selects(JsonNode? selector, Dictionary<string, string> labels)
    {
        var all = (selector?["matchLabels"] as JsonObject ?? []).All(wanted => labels.GetValueOrDefault(wanted.Key) == (string?)wanted.Value);
        return all && (selector?["matchExpressions"] as JsonArray ?? []).All(item =>
        {
            var value = labels.GetValueOrDefault((string)item!["key"]!);
            var values = (item["values"] as JsonArray ?? []).Select(one => (string?)one).ToList();
            return (string?)item["operator"] switch
            {
                "In" => value is not null && values.Contains(value),
                "NotIn" => value is null || !values.Contains(value),
                "Exists" => value is not null,
                _ => value is null,
            };
        });
    }
}
