using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests;

/// <summary>
/// What NetworkPolicy objects say of one flow, read from the objects as they are sent to an API server (Kubernetes, "Network Policies" and the
/// API reference of networking.k8s.io/v1). It shares nothing with the product, not even the reading of addresses.
/// </summary>
internal sealed class RawNetworkPolicyOracle(IReadOnlyList<JsonObject> objects)
{
    private readonly List<JsonObject> _hosts = Of(objects, "Host");
    private readonly List<JsonObject> _policies = Of(objects, "NetworkPolicy");
    private readonly List<JsonObject> _namespaces = Of(objects, "Namespace");

    /// <summary>Whether a flow passes: the egress of its source and the ingress of its destination.</summary>
    public bool Allows(IPAddress source, IPAddress destination, string protocol, int port)
    {
        var (from, to) = (HostAt(source), HostAt(destination));
        if (from is not null && ReferenceEquals(from, to))
            return true;
        return (from is null || Half(from, "Egress", destination)) && (to is null || Half(to, "Ingress", source));

        bool Half(JsonObject own, string type, IPAddress peer)
        {
            var selecting = _policies.Where(policy => Namespace(policy) == Namespace(own) && TypesOf(policy).Contains(type) && Selects(policy["spec"]!["podSelector"], LabelsOf(own))).ToList();
            return selecting.Count == 0 || selecting.Exists(policy => Rules(policy, type).Any(rule => Peers(rule, type, Namespace(policy), peer) && Ports(rule)));
        }

        bool Ports(JsonNode rule) => rule["ports"] is not JsonArray { Count: > 0 } ports || ports.Any(item => PortMatches(item!));

        bool PortMatches(JsonNode item)
        {
            if (((string?)item["protocol"] ?? "TCP") != protocol)
                return false;
            if (item["port"] is not JsonValue wanted)
                return true;
            if (wanted.TryGetValue<int>(out var first))
                return port >= first && port <= ((int?)item["endPort"] ?? first);
            return to?["spec"]!["ports"] is JsonArray named
                && named.Any(declared => (string?)declared!["name"] == (string?)wanted && (string?)declared["protocol"] == protocol && (int?)declared["port"] == port);
        }
    }

    private static List<JsonObject> Of(IEnumerable<JsonObject> objects, string kind) => [.. objects.Where(item => (string?)item["kind"] == kind)];

    private static string Namespace(JsonObject item) => (string)item["metadata"]!["namespace"]!;

    private static IEnumerable<string?> TypesOf(JsonObject policy) => policy["spec"]!["policyTypes"] is JsonArray types
        ? types.Select(type => (string?)type)
        : policy["spec"]!["egress"] is JsonArray { Count: > 0 } ? ["Ingress", "Egress"] : ["Ingress"];

    private static IEnumerable<JsonNode> Rules(JsonObject policy, string type) => (policy["spec"]![type.ToLowerInvariant()] as JsonArray ?? []).Select(rule => rule!);

    private bool Peers(JsonNode rule, string type, string own, IPAddress address) =>
        rule[type == "Ingress" ? "from" : "to"] is not JsonArray { Count: > 0 } peers || peers.Any(peer => Means(peer!, own, address));

    private bool Means(JsonNode peer, string own, IPAddress address)
    {
        if (peer["ipBlock"] is { } block)
            return Holds(block["cidr"]!, address) && !(block["except"] as JsonArray ?? []).Any(except => Holds(except!, address));
        if (HostAt(address) is not { } host)
            return false;
        var isThere = peer["namespaceSelector"] is { } places ? Selects(places, NamespaceLabels(Namespace(host))) : Namespace(host) == own;
        return isThere && Selects(peer["podSelector"], LabelsOf(host));
    }

    private static bool Holds(JsonNode block, IPAddress address) => IPNetwork.Parse((string)block!).Contains(address);

    private JsonObject? HostAt(IPAddress address) => _hosts.Find(host => ((JsonArray)host["spec"]!["addresses"]!).Any(own => IPAddress.Parse((string)own!).Equals(address)));

    private Dictionary<string, string> NamespaceLabels(string name)
    {
        var labels = _namespaces.Find(item => (string?)item["metadata"]!["name"] == name) is { } declared ? LabelsOf(declared) : [];
        labels["kubernetes.io/metadata.name"] = name;
        return labels;
    }

    private static Dictionary<string, string> LabelsOf(JsonObject item) =>
        (item["metadata"]!["labels"] as JsonObject ?? []).ToDictionary(label => label.Key, label => (string)label.Value!, StringComparer.Ordinal);

    private static bool Selects(JsonNode? selector, Dictionary<string, string> labels)
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
