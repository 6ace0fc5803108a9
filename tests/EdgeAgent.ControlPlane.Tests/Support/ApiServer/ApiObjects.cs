using System.Text.Json.Nodes;

namespace EdgeAgent.ControlPlane.Tests.ApiServer;

/// <summary>Objects as a cluster has them.</summary>
internal static class ApiObjects
{
    public static JsonObject Pod(string space, string name, string? address, string app, string phase = "Running") => new()
    {
        ["metadata"] = Metadata(space, name, ("app", app)),
        ["spec"] = new JsonObject
        {
            ["serviceAccountName"] = app,
            ["nodeName"] = "worker-1",
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "main",
                ["image"] = "registry/image",
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["containerPort"] = 8080, ["protocol"] = "TCP" }),
            }),
        },
        ["status"] = new JsonObject
        {
            ["phase"] = phase,
            ["podIP"] = address,
            ["podIPs"] = address is null ? null : new JsonArray(new JsonObject { ["ip"] = address }),
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True", ["lastProbeTime"] = null }),
        },
    };

    public static JsonObject Namespace(string name, params (string Key, string Value)[] labels) => new()
    {
        ["metadata"] = Metadata(null, name, labels),
        ["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") },
        ["status"] = new JsonObject { ["phase"] = "Active" },
    };

    /// <summary>Lets pods of one application reach hosts of another.</summary>
    public static JsonObject Policy(string space, string name, string from, string to, int port = 5432) => new()
    {
        ["metadata"] = Metadata(space, name),
        ["spec"] = new JsonObject
        {
            ["podSelector"] = Selector(to),
            ["policyTypes"] = new JsonArray("Ingress"),
            ["ingress"] = new JsonArray(new JsonObject
            {
                ["from"] = new JsonArray(new JsonObject { ["podSelector"] = Selector(from) }),
                ["ports"] = new JsonArray(new JsonObject { ["protocol"] = "TCP", ["port"] = port }),
            }),
        },
    };

    public static JsonObject Service(string space, string name, string app) => new()
    {
        ["metadata"] = Metadata(space, name),
        ["spec"] = new JsonObject
        {
            ["clusterIP"] = "10.96.0.1",
            ["selector"] = new JsonObject { ["app"] = app },
            ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["targetPort"] = "http", ["protocol"] = "TCP" }),
        },
        ["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() },
    };

    /// <summary>A policy of Calico in a tier.</summary>
    public static JsonObject GlobalPolicy(string name, string tier) => new()
    {
        ["apiVersion"] = "projectcalico.org/v3",
        ["kind"] = "GlobalNetworkPolicy",
        ["metadata"] = Metadata(null, name),
        ["spec"] = new JsonObject { ["tier"] = tier, ["selector"] = "app == 'db'", ["types"] = new JsonArray("Ingress"), ["ingress"] = new JsonArray(new JsonObject { ["action"] = "Pass" }) },
    };

    public static JsonObject Tier(string name, int order) => new()
    {
        ["apiVersion"] = "projectcalico.org/v3",
        ["kind"] = "Tier",
        ["metadata"] = Metadata(null, name),
        ["spec"] = new JsonObject { ["order"] = order, ["defaultAction"] = "Pass" },
    };

    private static JsonObject Selector(string app) => new() { ["matchLabels"] = new JsonObject { ["app"] = app } };

    private static JsonObject Metadata(string? space, string name, params (string Key, string Value)[] labels)
    {
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["uid"] = Guid.NewGuid().ToString(),
            ["creationTimestamp"] = "2026-01-02T03:04:05Z",
            ["managedFields"] = new JsonArray(new JsonObject { ["manager"] = "kubectl", ["fieldsV1"] = new JsonObject { ["f:spec"] = new JsonObject() } }),
            ["annotations"] = new JsonObject { ["kubectl.kubernetes.io/last-applied-configuration"] = "{\"a\":1}\n" },
        };
        if (space is not null)
            metadata["namespace"] = space;
        if (labels.Length > 0)
            metadata["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
        return metadata;
    }
}
