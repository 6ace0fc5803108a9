using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Kubernetes, "Network Policies" and the API reference of networking.k8s.io/v1.</summary>
internal sealed class RawNetworkPolicy
{
    private readonly RawWorld _world;
    private readonly JsonObject _document;
    private readonly string _namespace;

    private RawNetworkPolicy(RawWorld world, JsonObject document) => (_world, _document, _namespace) = (world, document, (string)document["metadata"]!["namespace"]!);

    /// <summary>The policies, at the place that they have in Calico's default tier, and what namespaces said of themselves before there were any.</summary>
    public static IEnumerable<RawPolicy> Of(RawWorld world) =>
        world.Of("networking.k8s.io", "NetworkPolicy").Select(document => new RawNetworkPolicy(world, document).Policy())
            .Concat(RawCalico.Staged(world, "StagedKubernetesNetworkPolicy").Select(document => new RawNetworkPolicy(world, document).Policy() with { Kind = "StagedKubernetesNetworkPolicy", IsAudited = true }))
            .Concat(world.Namespaces.Where(IsClosed).Select(document => (string)document["metadata"]!["name"]!).Select(name =>
                new RawPolicy("default", 1000, name, "", "Namespace", (host, _) => host.IsWorkload && host.Namespace == name, [], null)));

    private static bool IsClosed(JsonObject place) => (string?)place["metadata"]!["annotations"]?["net.beta.kubernetes.io/network-policy"] is { } annotation
        && (string?)JsonNode.Parse(annotation)?["ingress"]?["isolation"] == "DefaultDeny";

    private RawPolicy Policy() => new(
        "default",
        1000,
        (string)_document["metadata"]!["name"]!,
        _namespace,
        "NetworkPolicy",
        (host, _) => host.IsWorkload && host.Namespace == _namespace && RawLabelSelector.Selects(_document["spec"]!["podSelector"], host.Labels),
        Rules(RawSide.Ingress),
        Rules(RawSide.Egress));

    private List<RawRule>? Rules(RawSide side) => !Types().Contains($"{side}") ? null :
        [.. (_document["spec"]![side == RawSide.Ingress ? "ingress" : "egress"] as JsonArray ?? []).Select(rule => new RawRule("Allow", flow => Peers(rule!, side, flow) && Ports(rule!, flow)))];

    private IEnumerable<string?> Types() => _document["spec"]!["policyTypes"] is JsonArray { Count: > 0 } types
        ? types.Select(type => (string?)type)
        : _document["spec"]!["egress"] is JsonArray { Count: > 0 } ? ["Ingress", "Egress"] : ["Ingress"];

    private bool Peers(JsonNode rule, RawSide side, RawFlow flow) =>
        rule[side == RawSide.Ingress ? "from" : "to"] is not JsonArray { Count: > 0 } peers || peers.Any(peer => Means(peer!, flow.PeerOf(side)));

    private bool Means(JsonNode peer, IPAddress address)
    {
        if (peer["ipBlock"] is { } block)
            return new RawBlock((string)block["cidr"]!).Holds(address) && !RawBlock.ListOf(block["except"]).Exists(except => except.Holds(address));
        return _world.WorkloadsAt(address).Any(workload =>
            (peer["namespaceSelector"] is { } places ? RawLabelSelector.Selects(places, _world.NamespaceLabels(workload.Namespace!)) : workload.Namespace == _namespace)
            && RawLabelSelector.Selects(peer["podSelector"], workload.Labels));
    }

    private bool Ports(JsonNode rule, RawFlow flow) => rule["ports"] is not JsonArray { Count: > 0 } ports || ports.Any(item => Matches(item!, flow));

    private bool Matches(JsonNode item, RawFlow flow)
    {
        if (RawFlow.ProtocolOf(item["protocol"] ?? "TCP") != flow.Protocol)
            return false;
        if (item["port"] is not JsonValue wanted)
            return true;
        if (wanted.TryGetValue<int>(out var first))
            return flow.Port >= first && flow.Port <= ((int?)item["endPort"] ?? first);
        return _world.Declares(flow.Destination, (string)wanted!, flow.Protocol, flow.Port);
    }
}
