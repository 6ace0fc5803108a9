using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>EndpointSlices: of Services without selector, and some that say nothing.</summary>
/// <param name="dice">The dice.</param>
/// <param name="workloads">Whose addresses most of them have.</param>
internal sealed class SliceDocuments(DocumentDice dice, IReadOnlyList<JsonObject> workloads)
{
    private static readonly string[] Strangers = ["192.0.2.1", "203.0.113.9", "2001:db8::1"];

    /// <summary>Where some Services lead.</summary>
    public List<JsonObject> Slices(IEnumerable<JsonObject> services) =>
    [
        .. from service in services
           let isAsked = service["spec"]!["selector"] is null
           from number in Enumerable.Range(1, isAsked ? dice.Number(1, 2) : dice.Number(0, 3) / 3)
           select Slice(service, number),
    ];

    /// <summary>The addresses that workloads have, and some that none has.</summary>
    public List<string> Addresses() =>
    [
        .. workloads.SelectMany(workload => workload["spec"]?["addresses"] as JsonArray ?? workload["spec"]?["expectedIPs"] as JsonArray ?? []).Select(address => (string)address!),
        .. workloads.SelectMany(workload => workload["status"]?["podIPs"] as JsonArray ?? []).Select(item => (string)item!["ip"]!),
        .. Strangers,
    ];

    private JsonObject Slice(JsonObject service, int number)
    {
        var (name, place) = ((string)service["metadata"]!["name"]!, (string)service["metadata"]!["namespace"]!);
        var type = dice.Rarely(12) ? "FQDN" : dice.Pick("IPv4", "IPv4", "IPv6");
        var ports = new JsonArray([.. (service["spec"]!["ports"] as JsonArray ?? []).Where(_ => dice.Often(8)).Select(port => Port(port!))]);
        var slice = new JsonObject
        {
            ["apiVersion"] = dice.Rarely(4) ? "discovery.k8s.io/v1beta1" : "discovery.k8s.io/v1",
            ["kind"] = "EndpointSlice",
            ["metadata"] = new JsonObject { ["name"] = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"), ["namespace"] = place },
            ["addressType"] = type,
            ["endpoints"] = dice.List(1, 2, () => Endpoint(type)),
        };
        if (dice.Often(10))
            slice["metadata"]!["labels"] = new JsonObject { ["kubernetes.io/service-name"] = dice.Rarely(10) ? "other" : name };
        if (ports.Count > 0)
            slice["ports"] = ports;
        return slice;
    }

    private JsonObject Endpoint(string type)
    {
        var addresses = type == "FQDN" ? ["a.example.com"] : Addresses().FindAll(address => address.Contains(':', StringComparison.Ordinal) == (type == "IPv6"));
        var endpoint = new JsonObject { ["addresses"] = dice.List(1, 2, () => dice.Pick(addresses)) };
        if (dice.Rarely(2))
            endpoint["conditions"] = new JsonObject { ["ready"] = dice.Rarely(2), ["serving"] = dice.Rarely(2), ["terminating"] = dice.Rarely(2) };
        if (dice.Rarely(4))
            (endpoint["nodeName"], endpoint["zone"]) = ("node-1", "east");
        return endpoint;
    }

    /// <summary>Mostly one that a port of the Service leads to.</summary>
    private JsonObject Port(JsonNode servicePort)
    {
        var port = new JsonObject();
        var name = dice.Rarely(8) ? "other" : (string?)servicePort["name"] ?? dice.Pick("", null);
        if (name is not null)
            port["name"] = name;
        if (dice.Rarely(8))
            port["protocol"] = dice.Pick("TCP", "UDP");
        else if (servicePort["protocol"] is { } protocol)
            port["protocol"] = protocol.DeepClone();
        if (dice.Often(12))
            port["port"] = dice.Pick(DocumentDice.Ports);
        return port;
    }
}
