using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>VirtualServices, which mostly lead to services that there are, and RouteRules of the first generation.</summary>
/// <param name="dice">The dice.</param>
/// <param name="services">The services.</param>
/// <param name="workloads">Whose labels callers have.</param>
/// <param name="gateways">The gateways.</param>
internal sealed class RouteDocuments(DocumentDice dice, ServiceDocuments services, IReadOnlyList<JsonObject> workloads, IReadOnlyList<JsonObject> gateways)
{
    /// <summary>A VirtualService with hosts, and the ones that it delegates to.</summary>
    public IEnumerable<JsonObject> VirtualService(string name)
    {
        var (place, further) = (dice.Pick(DocumentDice.Namespaces), new List<JsonObject>());
        var bound = Gateways(place);
        var spec = new JsonObject { ["hosts"] = new JsonArray(Service()?.CalledIn(place, dice) ?? "nobody.example.com") };
        if (bound.Count > 0)
            spec["gateways"] = Texts(bound);
        services.Export(spec);
        switch (dice.Number(0, 5))
        {
            case 0:
                spec["tcp"] = dice.List(1, 2, () => Route(place, bound, isHttp: false));
                break;
            case 1:
                spec["tls"] = dice.List(1, 2, () => Route(place, bound, isHttp: false));
                break;
            default:
                spec["http"] = dice.List(1, 2, () => dice.Rarely(5) ? Delegating(place, bound, $"{name}-d{further.Count}", further) : Route(place, bound, isHttp: true));
                break;
        }

        return further.Prepend(ServiceDocuments.Document("VirtualService", place, name, spec));
    }

    /// <summary>A RouteRule.</summary>
    public JsonObject RouteRule(string name)
    {
        var place = dice.Pick(DocumentDice.Namespaces);
        var spec = new JsonObject { ["destination"] = OldService(place) };
        if (dice.Often(4))
            spec["match"] = new JsonObject { ["source"] = dice.Rarely(4) && Labels() is { Count: > 0 } labels ? new JsonObject { ["labels"] = labels } : With(OldService(place), dice.Rarely(3)) };
        if (dice.Rarely(2))
        {
            spec["route"] = dice.List(1, 2, () =>
            {
                var route = new JsonObject { ["weight"] = dice.Pick(0, 50, 100) };
                if (dice.Often(4))
                    route["labels"] = Labels();
                if (dice.Rarely(4))
                    route["destination"] = OldService(place);
                return route;
            });
        }

        if (dice.Rarely(5))
            spec["mirror"] = With(OldService(place), dice.Rarely(2));
        if (dice.Rarely(8))
            spec[dice.Pick("redirect", "rewrite")] = new JsonObject { ["authority"] = Authority(place) };
        return ServiceDocuments.Document("RouteRule", place, name, spec, "config.istio.io/v1alpha2");
    }

    private JsonObject OldService(string place)
    {
        if (Service() is not { } service)
            return new() { ["name"] = "nobody" };
        if (service.Name is null || dice.Rarely(4))
            return new() { ["service"] = service.Host };
        var named = new JsonObject { ["name"] = service.Name };
        if (service.Namespace != place || dice.Rarely(4))
            named["namespace"] = service.Namespace;
        return named;
    }

    private JsonObject With(JsonObject service, bool labels)
    {
        if (labels)
            service["labels"] = Labels();
        return service;
    }

    private JsonObject Route(string place, List<string> bound, bool isHttp)
    {
        var route = new JsonObject();
        if (dice.Often(4))
            route["match"] = dice.List(1, 2, () => Match(bound, isHttp));
        if (isHttp && dice.Rarely(8))
        {
            route["redirect"] = Redirect(place);
            return route;
        }

        route["route"] = dice.List(1, 2, () => new JsonObject { ["destination"] = Destination(place), ["weight"] = dice.Pick(0, 50, 100) });
        if (isHttp && dice.Rarely(6))
            route["mirror"] = Destination(place);
        if (isHttp && dice.Rarely(6))
            route["mirrors"] = dice.List(1, 2, () => new JsonObject { ["destination"] = Destination(place) });
        if (isHttp && dice.Rarely(8))
            route["rewrite"] = new JsonObject { ["authority"] = Authority(place) };
        return route;
    }

    /// <summary>A route that another VirtualService has the rest of; now and then one that is none to delegate to.</summary>
    private JsonObject Delegating(string place, List<string> bound, string name, List<JsonObject> further)
    {
        var there = dice.Rarely(2) ? place : dice.Pick(DocumentDice.Namespaces);
        var rest = Route(there, bound.FindAll(gateway => gateway.Contains('/', StringComparison.Ordinal)), isHttp: true);
        // Of several matches, one that contradicts the delegating route's would undo the others as well.
        if (rest["match"] is JsonArray { Count: > 1 } matches)
            matches.RemoveAt(1);
        var spec = new JsonObject { ["http"] = new JsonArray(rest) };
        if (dice.Rarely(8))
            spec["hosts"] = new JsonArray("other.example.com");
        services.Export(spec);
        further.Add(ServiceDocuments.Document("VirtualService", there, name, spec));
        var route = new JsonObject { ["delegate"] = new JsonObject { ["name"] = name } };
        if (there != place || dice.Rarely(2))
            route["delegate"]!["namespace"] = there;
        if (dice.Often(3))
            route["match"] = dice.List(1, 2, () => Match(bound, isHttp: true));
        return route;
    }

    private JsonObject Match(List<string> bound, bool isHttp)
    {
        var match = new JsonObject();
        if (isHttp && dice.Rarely(2))
            match["uri"] = new JsonObject { ["prefix"] = "/x" };
        if (dice.Rarely(2))
            match["sourceLabels"] = Labels();
        if (dice.Rarely(5))
            match["sourceNamespace"] = dice.Pick(DocumentDice.Namespaces);
        if (dice.Rarely(5))
            match["port"] = dice.Pick(DocumentDice.Ports);
        if (bound.Count > 0 && dice.Rarely(3))
            match["gateways"] = Texts([.. dice.Some(bound).DefaultIfEmpty(bound[0])]);
        return match;
    }

    private JsonObject Destination(string place)
    {
        var service = Service();
        var destination = new JsonObject { ["host"] = service?.CalledIn(place, dice) ?? "nobody" };
        if (dice.Rarely(4))
            destination["subset"] = dice.Pick("one", "two");
        if (dice.Rarely(4))
            destination["port"] = new JsonObject { ["number"] = service is not { Ports.Count: > 0 } || dice.Rarely(8) ? 81 : dice.Pick(service.Ports) };
        return destination;
    }

    private JsonObject Redirect(string place)
    {
        var redirect = new JsonObject();
        if (dice.Often(5))
            redirect["authority"] = Authority(place);
        if (dice.Rarely(4))
            redirect["port"] = dice.Pick(DocumentDice.Ports);
        return redirect;
    }

    private string Authority(string place) => Service() is not { } service ? "nobody"
        : service.CalledIn(place, dice) + (service.Ports.Count > 0 && dice.Rarely(2) ? string.Create(CultureInfo.InvariantCulture, $":{dice.Pick(service.Ports)}") : "");

    /// <summary>A service that there is, but for now and then.</summary>
    private NamedService? Service() => services.Known.Count == 0 || dice.Rarely(20) ? null : dice.Pick(services.Known);

    private JsonObject Labels() => dice.Rarely(6) ? dice.Labels() : services.LabelsOfOne(workloads);

    private List<string> Gateways(string place)
    {
        if (gateways.Count == 0 || dice.Often(3))
            return [];
        var bound = dice.Some(gateways).DefaultIfEmpty(gateways[0]).Select(gateway => (string)gateway["metadata"]!["namespace"]! is var there && there == place && dice.Rarely(2)
            ? (string)gateway["metadata"]!["name"]! : $"{there}/{gateway["metadata"]!["name"]}").ToList();
        if (dice.Rarely(2))
            bound.Add("mesh");
        if (dice.Rarely(10))
            bound.Add("nothing");
        return bound;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
