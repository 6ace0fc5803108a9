using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>
/// What routes say of a connection: Istio, "Virtual Service", "Gateway", and "RouteRule" of the first generation. One that says who calls
/// closes the hosts of its destination for all others; one that does not closes them where their namespace asks for it.
/// </summary>
internal sealed class RawRoutes(RawWorld world, RawRegistry registry)
{
    private static readonly Dictionary<string, string> All = [];

    private List<RawEdge>? _edges;

    private List<RawEdge> Edges => _edges ??= [.. Virtual().Concat(world.Of("config.istio.io", "RouteRule").SelectMany(OfOldRule))];

    /// <summary>Whether a connection passes: null where no route closes its destination.</summary>
    public bool? Allows(RawFlow flow)
    {
        if (flow.Protocol != RawFlow.Tcp || !Edges.Exists(edge => edge.Service is { } service && service.Has(flow.Destination, All) && (edge.Caller.IsStated || IsIsolated(service))))
            return null;
        return Edges.Exists(edge => edge.Service is { } service && Callers(edge, service, flow.Source).Any(client => Leads(edge, service, client, flow)));
    }

    private bool IsIsolated(RawService service) => world.SettingOf(service.Namespace, "routesIsolate", "routes-isolate") == "true";

    /// <summary>The namespaces that the callers at an address see services from.</summary>
    private IEnumerable<string> Callers(RawEdge edge, RawService service, IPAddress address)
    {
        if (edge.SourceService is { } source)
            return source.Has(address) && IsVisible(source.Service.Namespace) ? [source.Service.Namespace] : [];
        return world.WorkloadsAt(address).Where(workload => edge.Caller.Includes(workload) && (edge.Caller.IsStated || IsTaken(workload, service)))
            .Select(workload => workload.Namespace!).Where(IsVisible);

        bool IsVisible(string client) => edge.IsVisibleFrom(client) && service.IsVisibleFrom(client);
    }

    /// <summary>Whether a workload is taken for a caller by a route that does not say.</summary>
    private bool IsTaken(RawEndpoint workload, RawService service) => world.SettingOf(service.Namespace, "routeCallers", "route-callers") switch
    {
        "mesh" => true,
        "none" => false,
        _ => workload.Namespace == service.Namespace,
    };

    /// <summary>A destination without a port is called on the port that was addressed, unless the service has no other (Istio, "Destination").</summary>
    private bool Leads(RawEdge edge, RawService service, string client, RawFlow flow)
    {
        var part = edge.Subset is { } subset ? registry.Part(service, subset, client) : edge.Labels;
        return part is not null && service.Serves(flow.Destination, flow.Port, part, edge.Port ?? (service.PortCount > 1 ? edge.Caller.Port : null));
    }

    private IEnumerable<RawEdge> Virtual()
    {
        foreach (var document in world.Of("networking.istio.io", "VirtualService").Where(HasHosts))
        {
            var (spec, place) = (document["spec"]!, (string)document["metadata"]!["namespace"]!);
            var gateways = Texts(spec["gateways"]).DefaultIfEmpty("mesh").ToList();
            foreach (var route in new[] { "http", "tls", "tcp" }.SelectMany(kind => spec[kind] as JsonArray ?? []))
            {
                foreach (var edge in OfRoute(route!, place, place, gateways, [RawCaller.Anybody]))
                    yield return edge with { IsVisibleFrom = client => RawExport.Includes(spec["exportTo"], place, client) };
            }
        }
    }

    /// <summary>What a route leads to.</summary>
    /// <param name="route">The route.</param>
    /// <param name="place">The namespace of its document.</param>
    /// <param name="root">The namespace of the document that gateways are named in.</param>
    /// <param name="gateways">The gateways that lead to it; null where the delegating route said so.</param>
    /// <param name="handing">Who was led here.</param>
    private IEnumerable<RawEdge> OfRoute(JsonNode route, string place, string root, List<string>? gateways, List<RawCaller> handing)
    {
        var matches = (route["match"] as JsonArray ?? []).Select(match => match!).DefaultIfEmpty(new JsonObject());
        List<RawCaller> callers = [.. from match in matches from caller in OfMatch(match, root, gateways) from first in handing let both = first.And(caller) where both is not null select both];
        if (route["delegate"] is { } handed && Delegate(handed, place) is { } other)
        {
            foreach (var edge in (other["spec"]!["http"] as JsonArray ?? []).SelectMany(further => OfRoute(further!, (string)other["metadata"]!["namespace"]!, root, null, callers)))
                yield return edge;
        }

        var destinations = (route["route"] as JsonArray ?? []).Concat(route["mirrors"] as JsonArray ?? []).Select(item => item!["destination"]!).Concat(route["mirror"] is { } mirror ? [mirror] : []).ToList();
        foreach (var caller in callers)
        {
            foreach (var destination in destinations)
                yield return new(caller, registry.Find((string)destination["host"]!, place), (string?)destination["subset"], All, (int?)destination["port"]?["number"], _ => true);
            foreach (var edge in Elsewhere(route, caller, place))
                yield return edge;
        }
    }

    /// <summary>A delegate has no hosts of its own, and those see it who it is exported to.</summary>
    private JsonObject? Delegate(JsonNode handed, string place)
    {
        var there = (string?)handed["namespace"] ?? place;
        return world.Of("networking.istio.io", "VirtualService").FirstOrDefault(document => (string?)document["metadata"]!["namespace"] == there && (string?)document["metadata"]!["name"] == (string?)handed["name"]
            && !HasHosts(document) && RawExport.Includes(document["spec"]!["exportTo"], there, place));
    }

    /// <summary>Where a client connects that is redirected, or whose request is rewritten.</summary>
    private IEnumerable<RawEdge> Elsewhere(JsonNode route, RawCaller caller, string place)
    {
        foreach (var field in new[] { "redirect", "rewrite" })
        {
            if ((string?)route[field]?["authority"] is not { } authority)
                continue;
            var parts = authority.Split(':');
            var port = (int?)route[field]!["port"] ?? (parts.Length > 1 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : null);
            yield return new(caller with { Port = null }, registry.Find(parts[0], place), null, All, port, _ => true);
        }
    }

    /// <summary>Who satisfies a match: workloads by label and namespace, in the mesh or as one of the gateways.</summary>
    private IEnumerable<RawCaller> OfMatch(JsonNode match, string root, List<string>? gateways)
    {
        var labels = RawEndpoint.LabelsOf(match["sourceLabels"]);
        var place = (string?)match["sourceNamespace"];
        var named = Texts(match["gateways"]).ToList();
        var port = (int?)match["port"];
        foreach (var written in named.Count > 0 ? named : gateways ?? [])
        {
            // A name without a namespace is one of the VirtualService's own.
            var gateway = written == "mesh" || written.Contains('/', StringComparison.Ordinal) ? written : $"{root}/{written}";
            var bound = world.Of("networking.istio.io", "Gateway").FirstOrDefault(document => $"{document["metadata"]!["namespace"]}/{document["metadata"]!["name"]}" == gateway);
            yield return new(labels, place, gateway, port) { OfGateway = gateway == "mesh" ? [] : bound is null ? null : RawEndpoint.LabelsOf(bound["spec"]!["selector"]) };
        }

        if (named.Count == 0 && gateways is null)
            yield return new(labels, place, null, port);
    }

    private IEnumerable<RawEdge> OfOldRule(JsonObject document)
    {
        var (spec, place) = (document["spec"]!, (string)document["metadata"]!["namespace"]!);
        var (caller, source) = spec["match"]?["source"] is not { } stated ? (RawCaller.Anybody, null) : OfSource(stated, place);
        var routes = (spec["route"] as JsonArray ?? []).Select(route => (Service: route!["destination"] ?? spec["destination"]!, route["labels"])).ToList();
        if (routes.Count == 0 && spec["redirect"] is null)
            routes.Add((spec["destination"]!, null));
        if (spec["mirror"] is { } mirror)
            routes.Add((mirror, mirror["labels"]));
        return routes.Select(route => new RawEdge(caller, Old(route.Service, place), null, RawEndpoint.LabelsOf(route.Item2), null, _ => true, source))
            .Concat(Elsewhere(spec, caller, place).Select(edge => edge with { SourceService = source }));
    }

    /// <summary>A service calls, or a part of it; without a name, workloads of the namespace, which is the rule's where it is not said.</summary>
    private (RawCaller Caller, RawSource? Source) OfSource(JsonNode source, string place)
    {
        var labels = RawEndpoint.LabelsOf(source["labels"]);
        if (source["name"] is null && source["service"] is null)
            return (new(labels, (string?)source["namespace"] ?? place), null);
        return (new([]) { IsService = true }, Old(source, place) is { } service ? new(service, labels) : null);
    }

    private RawService? Old(JsonNode service, string place) => registry.Find((string)(service["service"] ?? service["name"])!, (string?)service["namespace"] ?? place);

    private static bool HasHosts(JsonObject document) => document["spec"]!["hosts"] is JsonArray { Count: > 0 };

    private static IEnumerable<string> Texts(JsonNode? list) => (list as JsonArray ?? []).Select(item => (string)item!);
}
