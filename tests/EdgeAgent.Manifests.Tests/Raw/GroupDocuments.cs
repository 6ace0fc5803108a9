using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>WorkloadGroups, of which hosts mostly are workloads.</summary>
internal sealed class GroupDocuments(DocumentDice dice)
{
    /// <param name="hosts">Whose labels the groups have.</param>
    public List<JsonObject> Groups(IReadOnlyList<JsonObject> hosts) =>
    [
        .. from number in Enumerable.Range(1, dice.Number(0, 3))
           let host = dice.Pick(hosts)
           let place = (string?)host["metadata"]!["namespace"] ?? "a"
           select Group(dice.Rarely(6) ? dice.Pick(DocumentDice.Namespaces) : place, string.Create(CultureInfo.InvariantCulture, $"group-{dice.Number(0, 9)}-{number}"), (JsonObject)host["metadata"]!["labels"]!),
    ];

    /// <summary>A group whose labels stand in its metadata, in its template, or in both.</summary>
    private JsonObject Group(string place, string name, JsonObject labels)
    {
        var (spec, template, wanted) = (new JsonObject(), new JsonObject(), (JsonObject)labels.DeepClone());
        if (wanted.Count > 1 && dice.Rarely(2))
            wanted.Remove(dice.Pick(wanted.Select(label => label.Key).ToList()));
        if (dice.Rarely(3))
            template["labels"] = wanted;
        else
            spec["metadata"] = new JsonObject { ["labels"] = wanted, ["annotations"] = new JsonObject { ["a"] = "b" } };
        // The template's own value is the one that counts.
        if (template.Count > 0 && dice.Rarely(2))
            spec["metadata"] = new JsonObject { ["labels"] = dice.Labels() };
        else if (template.Count == 0 && dice.Rarely(6))
            template["labels"] = dice.Labels();
        if (dice.Often(4))
            template["serviceAccount"] = dice.Pick("web", "default");
        if (dice.Often(3))
            template["ports"] = new JsonObject(dice.Some(new[] { "http", "admin", "web" }).Select(port => KeyValuePair.Create(port, (JsonNode?)dice.Pick(DocumentDice.Ports))));
        if (template.Count > 0)
            spec["template"] = template;
        return ServiceDocuments.Document("WorkloadGroup", place, name, spec);
    }
}
