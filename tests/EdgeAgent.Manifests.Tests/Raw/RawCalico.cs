using System.Text.Json.Nodes;
using EdgeAgent.Testing;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>
/// Calico, "Network policy", "Global network policy", their staged forms, which are never enforced, and "Tier" (projectcalico.org/v3).
/// </summary>
internal sealed class RawCalico
{
    private readonly RawWorld _world;
    private readonly JsonObject _document;
    private readonly JsonNode _spec;
    private readonly string? _namespace;

    private RawCalico(RawWorld world, JsonObject document) =>
        (_world, _document, _spec, _namespace) = (world, document, document["spec"]!, (string?)document["metadata"]!["namespace"]);

    /// <summary>The tiers that are declared.</summary>
    public static IEnumerable<RawTier> Tiers(RawWorld world) => world.Of("projectcalico.org", "Tier").Select(tier =>
        new RawTier((string)tier["metadata"]!["name"]!, OrderOf(tier["spec"]), (string?)tier["spec"]?["defaultAction"] != "Pass"));

    /// <summary>The policies, and those that are staged.</summary>
    public static IEnumerable<RawPolicy> Of(RawWorld world) =>
        new[] { "GlobalNetworkPolicy", "NetworkPolicy" }.SelectMany(kind => world.Of("projectcalico.org", kind)).Select(document => new RawCalico(world, document).Policy())
            .Concat(new[] { "StagedGlobalNetworkPolicy", "StagedNetworkPolicy" }.SelectMany(kind => Staged(world, kind)).Select(document => new RawCalico(world, document).Policy() with { Kind = (string)document["kind"]!, IsAudited = true }));

    /// <summary>Staged policies that stand for one which is to be; others say nothing.</summary>
    public static IEnumerable<JsonObject> Staged(RawWorld world, string kind) => world.Of("projectcalico.org", kind).Where(document => (string?)document["spec"]!["stagedAction"] is null or "Set" or "Learn");

    /// <summary>An order that is not said is the last.</summary>
    private static double OrderOf(JsonNode? spec) => (double?)spec?["order"] ?? double.PositiveInfinity;

    private RawPolicy Policy() => new(
        (string?)_spec["tier"] ?? "default",
        OrderOf(_spec),
        (string)_document["metadata"]!["name"]!,
        _namespace ?? "",
        $"{_document["kind"]}.projectcalico.org",
        (host, _) => Selects(host),
        Rules(RawSide.Ingress),
        Rules(RawSide.Egress))
    {
        IsAboutForwarding = (bool?)_spec["applyOnForward"] == true,
    };

    /// <summary>A policy in a namespace is about the workloads of that namespace, a global one about these and host endpoints.</summary>
    private bool Selects(RawEndpoint host)
    {
        if (_namespace is not null && (!host.IsWorkload || host.Namespace != _namespace))
            return false;
        return (_spec["namespaceSelector"] is not { } places || RawCalicoEntity.IsIn(_world, host, (string)places!))
            && (_spec["selector"] is not { } selector || PlainSelector.Matches((string)selector!, RawCalicoEntity.LabelsOf(host)));
    }

    private List<RawRule>? Rules(RawSide side) => !Types().Contains($"{side}") ? null : [.. RulesOf(side).Select(rule => new RawRule((string)rule!["action"]!, flow => Matches(rule, flow)))];

    private IEnumerable<string?> Types()
    {
        if (_spec["types"] is JsonArray { Count: > 0 } types)
            return types.Select(type => (string?)type);
        var (ingress, egress) = (RulesOf(RawSide.Ingress).Count > 0, RulesOf(RawSide.Egress).Count > 0);
        return egress ? ingress ? ["Ingress", "Egress"] : ["Egress"] : ["Ingress"];
    }

    private JsonArray RulesOf(RawSide side) => _spec[side == RawSide.Ingress ? "ingress" : "egress"] as JsonArray ?? [];

    private bool Matches(JsonNode rule, RawFlow flow)
    {
        if (rule["http"] is not null)
            return false;
        if (rule["ipVersion"] is { } version && ((int)version == 6) != flow.IsV6)
            return false;
        if (rule["protocol"] is { } protocol && RawFlow.ProtocolOf(protocol) != flow.Protocol)
            return false;
        if (rule["notProtocol"] is { } other && RawFlow.ProtocolOf(other) == flow.Protocol)
            return false;
        if (rule["icmp"] is { } icmp && !Icmp(icmp, flow))
            return false;
        if (rule["notICMP"] is { } notIcmp && Icmp(notIcmp, flow))
            return false;
        return new RawCalicoEntity(_world, rule["source"], _namespace).Matches(flow.Source, flow, flow.SourcePort)
            && new RawCalicoEntity(_world, rule["destination"], _namespace).Matches(flow.Destination, flow, flow.Port)
            && IsOfService(rule["source"], service => service.Has(flow.Source, []))
            && IsOfService(rule["destination"], service => service.Leads(flow.Destination, flow.Port, flow.Protocol));
    }

    /// <summary>Whether a Service that an end names is that end's: in ingress by its endpoints, in egress by these on the ports that it leads to. One that is not there has none.</summary>
    private bool IsOfService(JsonNode? entity, Func<RawService, bool> isOf)
    {
        if (entity?["services"] is not { } named)
            return true;
        var place = (string?)named["namespace"] ?? _namespace;
        return _world.OfCore("Service").FirstOrDefault(service => (string?)service["metadata"]!["namespace"] == place && (string?)service["metadata"]!["name"] == (string?)named["name"]) is { } service
            && isOf(new(_world, service, ""));
    }

    private static bool Icmp(JsonNode match, RawFlow flow) =>
        (match["type"] is not { } type || (int)type == flow.IcmpType) && (match["code"] is not { } code || (int)code == flow.IcmpCode);
}
