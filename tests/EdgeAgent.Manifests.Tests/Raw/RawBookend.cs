using System.Net;
using System.Text.Json.Nodes;
using EdgeAgent.Testing;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>
/// BookendPolicy of this product (README, "Policy languages"): one intent, which is a grant of ingress where <c>to</c> is and one of egress where
/// <c>from</c> is, or takes both away. A grant closes the ingress of <c>to</c> unless it says otherwise.
/// </summary>
internal sealed class RawBookend
{
    private readonly RawWorld _world;
    private readonly JsonObject _document;
    private readonly JsonNode _spec;
    private readonly string _namespace;

    private RawBookend(RawWorld world, JsonObject document) =>
        (_world, _document, _spec, _namespace) = (world, document, document["spec"]!, (string)document["metadata"]!["namespace"]!);

    /// <summary>The policies, each as one for ingress and one for egress.</summary>
    public static IEnumerable<RawPolicy> Of(RawWorld world) => world.Of("edgeagent.io", "BookendPolicy").Select(document => new RawBookend(world, document)).SelectMany(policy => new[] { policy.AtTo(), policy.AtFrom() });

    private string Action => (string?)_spec["action"] ?? "Allow";

    private string Isolate => (string?)_spec["isolate"] ?? (Action == "Deny" ? "None" : "To");

    private JsonArray From => _spec["from"] as JsonArray ?? [];

    private RawPolicy AtTo() => Policy((host, address) => IsIn((JsonArray)_spec["to"]!, host, address), Isolate is "To" or "Both") with
    {
        Ingress = [new(Action, flow => IsPeer(From, flow.Source) && IsOnPorts(flow))],
    };

    private RawPolicy AtFrom() => Policy((host, address) => From.Count == 0 || IsIn(From, host, address), Isolate == "Both") with
    {
        Egress = [new(Action, flow => IsPeer((JsonArray)_spec["to"]!, flow.Destination) && IsOnPorts(flow))],
    };

    private RawPolicy Policy(Func<RawEndpoint, IPAddress, bool> selects, bool isolates) =>
        new("default", (double?)_spec["order"] ?? 1000, (string)_document["metadata"]!["name"]!, _namespace, "BookendPolicy", selects, null, null)
        {
            IsFirstOfOrder = Action == "Deny",
            Isolates = isolates,
            IsAudited = (string?)_spec["mode"] == "Audit",
        };

    /// <summary>Whether a host is one of those that a list means: by its own labels, or by its address.</summary>
    private bool IsIn(JsonArray peers, RawEndpoint host, IPAddress address) => peers.Any(peer => peer!["cidrs"] is null ? Selects(peer, host) : IsInBlocks(peer, address));

    /// <summary>Whether a list means an address: as that of an endpoint, or in a block. An empty one means anybody.</summary>
    private bool IsPeer(JsonArray peers, IPAddress address) =>
        peers.Count == 0 || peers.Any(peer => peer!["cidrs"] is null ? _world.PeersAt(address).Exists(endpoint => Selects(peer, endpoint)) : IsInBlocks(peer, address));

    private static bool IsInBlocks(JsonNode peer, IPAddress address) =>
        RawBlock.ListOf(peer["cidrs"]).Exists(block => block.Holds(address)) && !RawBlock.ListOf(peer["except"]).Exists(block => block.Holds(address));

    /// <summary>Whether a peer is about an endpoint; one that is given by names is about none.</summary>
    private bool Selects(JsonNode peer, RawEndpoint endpoint)
    {
        if (peer["domains"] is not null)
            return false;
        return (peer["namespaceSelector"] is { } places ? RawCalicoEntity.IsIn(_world, endpoint, (string)places!) : endpoint.Namespace == _namespace)
            && (peer["selector"] is not { } selector || PlainSelector.Matches((string)selector!, RawCalicoEntity.LabelsOf(endpoint)));
    }

    private bool IsOnPorts(RawFlow flow) => _spec["ports"] is not JsonArray { Count: > 0 } ports || ports.Any(item =>
        RawFlow.ProtocolOf(item!["protocol"] ?? "TCP") == flow.Protocol
        && (item["name"] is { } name ? _world.Declares(flow.Destination, (string)name!, flow.Protocol, flow.Port)
            : item["port"] is not { } first || (flow.Port >= (int)first && flow.Port <= ((int?)item["endPort"] ?? (int)first))));
}
