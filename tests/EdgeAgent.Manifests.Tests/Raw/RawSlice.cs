using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>
/// Kubernetes, "EndpointSlices", which say where a Service without selector leads: to all of their addresses, ready or not, on their own
/// number for the service's port of the same name and protocol. Names of the DNS are not asked for, and a port without number is none.
/// </summary>
internal sealed class RawSlice(JsonObject document)
{
    /// <summary>The slices of a Service; one with a selector has its workloads by their labels, and an external name has nothing behind it.</summary>
    public static List<RawSlice> Of(RawWorld world, JsonObject service)
    {
        if ((string?)service["kind"] != "Service" || service["spec"]!["selector"] is JsonObject { Count: > 0 } || (string?)service["spec"]!["type"] == "ExternalName")
            return [];
        return [.. world.Of("discovery.k8s.io", "EndpointSlice")
            .Where(slice => (string?)slice["metadata"]!["namespace"] == (string?)service["metadata"]!["namespace"] && (string?)slice["metadata"]!["labels"]?["kubernetes.io/service-name"] == (string?)service["metadata"]!["name"])
            .Select(slice => new RawSlice(slice))];
    }

    public bool Has(IPAddress address) => (string?)document["addressType"] != "FQDN"
        && (document["endpoints"] as JsonArray ?? []).SelectMany(endpoint => endpoint!["addresses"] as JsonArray ?? []).Any(own => IPAddress.Parse((string)own!).Equals(address));

    /// <summary>Whether a port of the Service is, at the addresses of the slice, one of a number.</summary>
    public bool Serves(JsonNode servicePort, int number, int protocol) => RawFlow.ProtocolOf(servicePort["protocol"] ?? "TCP") == protocol && (document["ports"] as JsonArray ?? []).Any(port =>
        ((string?)port!["name"] ?? "") == ((string?)servicePort["name"] ?? "") && RawFlow.ProtocolOf(port["protocol"] ?? "TCP") == protocol && (int?)port["port"] == number);
}
