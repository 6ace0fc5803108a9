using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>What a pod's document says of it as a peer (Kubernetes, "Pod" of v1).</summary>
internal static class RawPod
{
    /// <summary>Its own addresses: not those of its node's network, nor those that it had until it came to its end. <c>podIP</c> is the first of <c>podIPs</c>, where there are any.</summary>
    public static List<RawBlock> AddressesOf(JsonObject pod)
    {
        if ((bool?)pod["spec"]?["hostNetwork"] == true || (string?)pod["status"]?["phase"] is "Succeeded" or "Failed")
            return [];
        var all = (pod["status"]?["podIPs"] as JsonArray ?? []).Select(item => (string)item!["ip"]!).ToList();
        return all.Count == 0 && (string?)pod["status"]?["podIP"] is { } only ? [new RawBlock(only)] : all.ConvertAll(ip => new RawBlock(ip));
    }

    /// <summary>
    /// Its named ports: of its containers, and of those that are started first and run on. Of several with one name and protocol, the first is the one that is
    /// meant, as for services (<c>FindPort</c>).
    /// </summary>
    public static List<JsonNode> PortsOf(JsonObject pod) =>
    [
        .. (pod["spec"]?["containers"] as JsonArray ?? []).Concat((pod["spec"]?["initContainers"] as JsonArray ?? []).Where(container => (string?)container!["restartPolicy"] == "Always"))
            .SelectMany(container => container!["ports"] as JsonArray ?? []).Select(port => port!)
            .Where(port => port["name"] is not null)
            .DistinctBy(port => ((string?)port["name"], (string?)port["protocol"] ?? "TCP")),
    ];

    /// <summary>The account that it runs as: one that is not named is the namespace's own.</summary>
    public static string AccountOf(JsonObject pod) => (string?)pod["spec"]?["serviceAccountName"] is { Length: > 0 } named ? named : "default";
}
