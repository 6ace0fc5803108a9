using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>The network policy API (policy.networking.k8s.io): v1alpha1 with its two kinds, v1alpha2 with its one.</summary>
internal sealed class RawClusterPolicy
{
    private readonly RawWorld _world;
    private readonly JsonObject _document;

    private RawClusterPolicy(RawWorld world, JsonObject document) => (_world, _document) = (world, document);

    /// <summary>The policies of both generations. The one baseline policy of v1alpha1, which has no priority, comes after those that have one.</summary>
    public static IEnumerable<RawPolicy> Of(RawWorld world) =>
        new[] { "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy" }
            .SelectMany(kind => world.Of("policy.networking.k8s.io", kind))
            .Select(document => new RawClusterPolicy(world, document).Policy());

    private RawPolicy Policy() => new(
        (string?)_document["kind"] == "BaselineAdminNetworkPolicy" || (string?)_document["spec"]!["tier"] == "Baseline" ? "kube-baseline" : "kube-admin",
        (double?)_document["spec"]!["priority"] ?? double.PositiveInfinity,
        (string)_document["metadata"]!["name"]!,
        "",
        (string)_document["kind"]!,
        (host, _) => Selects(_document["spec"]!["subject"]!, host),
        Rules(RawSide.Ingress),
        Rules(RawSide.Egress));

    private List<RawRule> Rules(RawSide side) =>
        [.. (_document["spec"]![side == RawSide.Ingress ? "ingress" : "egress"] as JsonArray ?? []).Select(rule => new RawRule(ActionOf(rule!), flow => Matches(rule!, side, flow)))];

    private static string ActionOf(JsonNode rule) => (string)rule["action"]! is var action && action == "Accept" ? "Allow" : action;

    private bool Matches(JsonNode rule, RawSide side, RawFlow flow) =>
        ((JsonArray)rule[side == RawSide.Ingress ? "from" : "to"]!).Any(peer => Means(peer!, flow.PeerOf(side)))
        && ((rule["ports"] ?? rule["protocols"]) is not JsonArray ports || ports.Any(item => IsPort(item!, flow)));

    private bool Means(JsonNode peer, IPAddress address) => peer["networks"] is { } networks
        ? RawBlock.ListOf(networks).Exists(block => block.Holds(address))
        : _world.WorkloadsAt(address).Exists(workload => Selects(peer, workload));

    /// <summary>Pods alone are selected, whole namespaces of them or by label.</summary>
    private bool Selects(JsonNode selection, RawEndpoint endpoint)
    {
        if (endpoint.Kind == "HostEndpoint")
            return false;
        var labels = _world.NamespaceLabels(endpoint.Namespace!);
        return selection["namespaces"] is { } places
            ? RawLabelSelector.Selects(places, labels)
            : RawLabelSelector.Selects(selection["pods"]!["namespaceSelector"], labels) && RawLabelSelector.Selects(selection["pods"]!["podSelector"], endpoint.Labels);
    }

    private bool IsPort(JsonNode item, RawFlow flow)
    {
        if ((item["namedPort"] ?? item["destinationNamedPort"]) is { } name)
            return _world.Declares(flow.Destination, (string)name!, flow.Protocol, flow.Port);
        foreach (var (key, protocol) in new[] { ("tcp", RawFlow.Tcp), ("udp", RawFlow.Udp), ("sctp", RawFlow.Sctp) })
        {
            if (item[key]?["destinationPort"] is { } ports)
                return flow.Protocol == protocol && (ports["number"] is { } one ? flow.Port == (int)one : IsBetween(ports["range"]!, flow.Port));
        }

        var numbered = (item["portNumber"] ?? item["portRange"])!;
        return RawFlow.ProtocolOf(numbered["protocol"] ?? "TCP") == flow.Protocol
            && (numbered["port"] is { } number ? flow.Port == (int)number : IsBetween(numbered, flow.Port));
    }

    private static bool IsBetween(JsonNode range, int port) => port >= (int)range["start"]! && port <= (int)range["end"]!;
}
