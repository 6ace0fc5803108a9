using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Calico's tiers and policies.</summary>
/// <param name="dice">The dice.</param>
/// <param name="services">The services that rules may name.</param>
internal sealed class CalicoDocuments(DocumentDice dice, IReadOnlyList<NamedService> services)
{
    private const string Version = "projectcalico.org/v3";

    private static readonly double?[] Orders = [null, -5, 0, 500, 500, 1000, 1000.5, 2000];
    private static readonly string[] WithPorts = ["TCP", "TCP", "UDP", "SCTP"];

    private readonly CalicoSelectorText _selectors = new(dice);

    public List<JsonObject> Tiers() => [.. new (string Name, double? Order)[] { ("early", 10), ("also-early", 10), ("middle", 5000), ("late", 2_000_000), ("last", null) }.Where(_ => dice.Rarely(3)).Select(tier =>
    {
        var spec = new JsonObject();
        if (tier.Order is { } order)
            spec["order"] = order;
        if (dice.Pick(null, "Deny", "Pass") is { } action)
            spec["defaultAction"] = action;
        return new JsonObject { ["apiVersion"] = Version, ["kind"] = "Tier", ["metadata"] = new JsonObject { ["name"] = tier.Name }, ["spec"] = spec };
    })];

    /// <summary>A policy in one of the tiers or the default one; sometimes a staged one.</summary>
    public JsonObject Policy(string name, IEnumerable<JsonObject> tiers)
    {
        var isGlobal = dice.Rarely(2);
        var isStaged = dice.Rarely(8);
        var place = isGlobal ? null : dice.Pick(DocumentDice.Namespaces);
        var spec = new JsonObject();
        if (dice.Pick([null, null, "default", dice.Pick("default", "kube-admin", "kube-baseline"), .. tiers.Select(tier => (string?)tier["metadata"]!["name"])]) is { } tier)
            spec["tier"] = tier;
        if (dice.Pick(Orders) is { } order)
            spec["order"] = order;
        if (dice.Often(4))
            spec["selector"] = _selectors.Endpoints(1);
        if (isGlobal && dice.Rarely(3))
            spec["namespaceSelector"] = _selectors.Places();
        if (dice.Often(3))
            spec["ingress"] = dice.List(0, 3, () => Rule(isIngress: true, place));
        if (dice.Rarely(2))
            spec["egress"] = dice.List(0, 3, () => Rule(isIngress: false, place));
        if (dice.Rarely(2))
            spec["types"] = new JsonArray([.. new[] { "Ingress", "Egress" }.Where(_ => dice.Often(3)).Select(type => (JsonNode)type)]);
        if (isStaged && dice.Rarely(2))
            spec["stagedAction"] = dice.Pick("Set", "Learn", "Ignore");
        if (isGlobal && dice.Rarely(2))
            spec["applyOnForward"] = dice.Often(5);
        var metadata = new JsonObject { ["name"] = name };
        if (place is not null)
            metadata["namespace"] = place;
        return new() { ["apiVersion"] = Version, ["kind"] = $"{(isStaged ? "Staged" : "")}{(isGlobal ? "Global" : "")}NetworkPolicy", ["metadata"] = metadata, ["spec"] = spec };
    }

    private JsonObject Rule(bool isIngress, string? place)
    {
        var rule = new JsonObject { ["action"] = dice.Pick("Allow", "Allow", "Deny", "Pass", "Log") };
        var family = 0;
        var ports = false;
        switch (dice.Number(0, 7))
        {
            case 0 or 1 or 2 or 3:
                rule["protocol"] = dice.Rarely(5) ? dice.Pick(RawFlow.Tcp, RawFlow.Udp) : dice.Pick(WithPorts);
                ports = true;
                break;
            case 4:
                family = dice.Pick(4, 6);
                rule["protocol"] = family == 4 ? "ICMP" : "ICMPv6";
                if (dice.Often(3))
                    rule[dice.Pick("icmp", "notICMP")] = Icmp();
                break;
            case 5:
                rule[dice.Pick("protocol", "notProtocol")] = dice.Pick<JsonNode>("TCP", "UDP", 47, 132);
                break;
            default:
                break;
        }

        if (dice.Rarely(8))
        {
            family = family == 0 ? dice.Pick(4, 6) : family;
            rule["ipVersion"] = family;
        }

        if (dice.Often(4))
            rule["source"] = Entity(family, ports);
        if (dice.Often(3))
            rule["destination"] = Entity(family, ports);
        if (services.Count > 0 && dice.Rarely(3))
            rule[isIngress ? "source" : "destination"] = new JsonObject { ["services"] = Service(place) };
        if (isIngress && (string?)rule["action"] == "Allow" && rule["protocol"] is JsonValue protocol && protocol.ToString() == "TCP" && dice.Rarely(12))
            rule["http"] = new JsonObject { ["methods"] = new JsonArray("GET") };
        return rule;
    }

    private JsonObject Service(string? place)
    {
        var service = dice.Pick(services);
        var named = new JsonObject { ["name"] = service.Name };
        if (place != service.Namespace || dice.Rarely(2))
            named["namespace"] = service.Namespace;
        return named;
    }

    private JsonObject Icmp()
    {
        var match = new JsonObject { ["type"] = dice.Pick(3, 8, 128) };
        if (dice.Rarely(3))
            match["code"] = dice.Pick(0, 1);
        return match;
    }

    private JsonObject Entity(int family, bool ports)
    {
        var entity = new JsonObject();
        if (dice.Rarely(2))
            entity["selector"] = _selectors.Endpoints();
        if (dice.Rarely(8))
            entity["notSelector"] = _selectors.Endpoints(1);
        if (dice.Rarely(4))
            entity["namespaceSelector"] = _selectors.PlacesOrNone();
        if (dice.Rarely(12))
            entity["serviceAccounts"] = new JsonObject { ["names"] = dice.List(1, 2, () => dice.Pick("default", "web")) };
        if (dice.Rarely(4))
            entity["nets"] = dice.List(1, 3, () => dice.Net(family));
        if (dice.Rarely(6))
            entity["notNets"] = dice.List(1, 2, () => dice.Net(family));
        if (ports && dice.Rarely(3))
            entity["ports"] = dice.List(1, 2, Port);
        if (ports && dice.Rarely(8))
            entity["notPorts"] = dice.List(1, 2, Port);
        return entity;
    }

    private JsonNode Port() => dice.Number(0, 3) switch
    {
        0 => dice.Pick(DocumentDice.PortNames),
        1 => dice.Range() is var (first, last) ? string.Create(CultureInfo.InvariantCulture, $"{first}:{last}") : "",
        _ => dice.Pick(DocumentDice.Ports),
    };
}
