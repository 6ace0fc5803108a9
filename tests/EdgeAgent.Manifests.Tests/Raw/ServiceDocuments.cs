using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Services of Kubernetes and of Istio, with the workloads that stand for hosts, and the subsets that rules define.</summary>
internal sealed class ServiceDocuments(DocumentDice dice)
{
    private const string Networking = "networking.istio.io/v1";

    private static readonly string[] Subsets = ["one", "two"];

    private readonly List<NamedService> _services = [];

    /// <summary>The services made so far.</summary>
    public IReadOnlyList<NamedService> Known => _services;

    /// <summary>What namespaces say of the mesh: who calls by routes that do not say and whether these close, and whether its hosts are members.</summary>
    public IEnumerable<JsonObject> Settled(IEnumerable<JsonObject> namespaces) => namespaces.Select(place =>
    {
        foreach (var (field, key, value) in new[] { ("routeCallers", "route-callers", dice.Pick(null, "namespace", "mesh", "none")), ("routesIsolate", "routes-isolate", dice.Pick(null, "true", "true", "false")), ("mesh", "mesh", dice.Pick(null, "none", "sidecar", "ambient")) })
        {
            if (value is null)
                continue;
            if (dice.Rarely(3))
                Part(place, "spec")[field] = field == "routesIsolate" ? value == "true" : value;
            else
                Part((JsonObject)place["metadata"]!, dice.Pick("annotations", "labels"))[$"edgeagent.io/{key}"] = value;
        }

        return place;
    });

    /// <summary>Entries at addresses of some hosts, in their own and in other namespaces, and one that is no host.</summary>
    public IEnumerable<JsonObject> Entries(IEnumerable<JsonObject> hosts) =>
        from entry in hosts.SelectMany(host => ((JsonArray)host["spec"]!["addresses"]!).Select(address => ((string)address!, (string)host["metadata"]!["namespace"]!)))
            .Where(_ => dice.Rarely(3)).Concat(dice.Rarely(3) ? [(dice.Pick("192.0.2.1", "2001:db8::1"), dice.Pick(DocumentDice.Namespaces))] : []).ToList()
        select Entry(entry.Item1, dice.Rarely(3) ? dice.Pick(DocumentDice.Namespaces) : entry.Item2);

    /// <summary>Services of Kubernetes behind which some of the workloads are, with names that other namespaces have as well.</summary>
    public List<JsonObject> Services(IReadOnlyList<JsonObject> workloads) =>
    [
        .. from place in DocumentDice.Namespaces
           from name in new[] { "front", "back" }
           where dice.Rarely(2)
           select Service(place, name, workloads),
    ];

    /// <summary>Services that only Istio knows.</summary>
    public List<JsonObject> ServiceEntries(IReadOnlyList<JsonObject> workloads) => [.. Enumerable.Range(1, dice.Number(0, 2)).Select(number => ServiceEntry(number, workloads))];

    /// <summary>Rules that name parts of the services, in the service's namespace mostly.</summary>
    public List<JsonObject> DestinationRules(IReadOnlyList<JsonObject> workloads) =>
    [
        .. from service in _services
           from number in Enumerable.Range(1, dice.Number(0, 2))
           let place = dice.Rarely(3) ? dice.Pick([.. DocumentDice.Namespaces, "istio-system"]) : service.Namespace
           select DestinationRule($"{service.Host}-{number}", place, dice.Rarely(10) && service.Host.Contains('.', StringComparison.Ordinal) ? $"*{service.Host[service.Host.IndexOf('.', StringComparison.Ordinal)..]}" : service.CalledIn(place, dice), () => LabelsOfOne(workloads, service.Namespace)),
    ];

    /// <summary>Gateways whose hosts some workloads are.</summary>
    public List<JsonObject> Gateways(IReadOnlyList<JsonObject> workloads) => [.. Enumerable.Range(1, dice.Number(0, 2)).Select(number => Document("Gateway", dice.Pick(DocumentDice.Namespaces), $"g{number}", new()
    {
        ["selector"] = LabelsOfOne(workloads),
        ["servers"] = new JsonArray(new JsonObject { ["port"] = new JsonObject { ["number"] = 80, ["name"] = "http", ["protocol"] = "HTTP" }, ["hosts"] = new JsonArray("*") }),
    }))];

    /// <summary>Some of the labels that a workload has.</summary>
    public JsonObject LabelsOfOne(IReadOnlyList<JsonObject> workloads, string? place = null)
    {
        var there = workloads.Where(workload => place is null || (string?)workload["metadata"]!["namespace"] == place).ToList();
        var labels = there.Count == 0 ? dice.Labels() : (JsonObject)(dice.Pick(there) is var one && one["metadata"]!["labels"] is JsonObject { Count: > 0 } own ? own : one["spec"]!["labels"] ?? new JsonObject()).DeepClone();
        if (labels.Count > 1 && dice.Often(4))
            labels.Remove(dice.Pick(labels.Select(label => label.Key).ToList()));
        return labels;
    }

    public static JsonObject Document(string kind, string place, string name, JsonObject spec, string version = Networking) =>
        new() { ["apiVersion"] = version, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = place }, ["spec"] = spec };

    private JsonObject Entry(string address, string place)
    {
        var spec = new JsonObject { ["address"] = address };
        if (dice.Rarely(3))
            spec["serviceAccount"] = dice.Pick("web", "default");
        if (dice.Rarely(2))
            spec["ports"] = Numbers();
        var entry = Document("WorkloadEntry", place, $"entry-{address.Replace(':', '-').Replace('.', '-')}", spec);
        (dice.Rarely(4) ? (JsonObject)entry["metadata"]! : spec)["labels"] = dice.Labels();
        return entry;
    }

    private JsonObject Service(string place, string name, IReadOnlyList<JsonObject> workloads)
    {
        var ports = Ports(number => dice.Number(0, 3) switch { 0 => null, 1 => dice.Pick(DocumentDice.PortNames), _ => dice.Pick(DocumentDice.Ports) }, "port", ["TCP", "TCP", "TCP", "UDP", null]);
        var (spec, isHeadless) = (new JsonObject(), dice.Rarely(4));
        if (isHeadless)
            spec["clusterIP"] = "None";
        if (isHeadless && dice.Rarely(4))
            ports = [];
        else
            spec["ports"] = ports;
        if (dice.Often(3))
            spec["selector"] = LabelsOfOne(workloads, place);
        else if (dice.Rarely(8))
            spec["selector"] = new JsonObject();
        if (!isHeadless && dice.Rarely(12))
            spec["type"] = dice.Pick("ExternalName", "NodePort");
        _services.Add(new($"{name}.{place}.svc.cluster.local", name, place, [.. ports.Select(port => (int)port!["port"]!)]));
        return Document("Service", place, name, spec, "v1");
    }

    private JsonObject ServiceEntry(int number, IReadOnlyList<JsonObject> workloads)
    {
        var (place, host) = (dice.Pick(DocumentDice.Namespaces), number == 1 && dice.Rarely(8) ? "front" : $"e{number}.example.com");
        var ports = Ports(port => dice.Rarely(2) ? dice.Pick(DocumentDice.Ports) : null, "number", ["TCP", "TCP", "HTTP", "UDP"]);
        var spec = new JsonObject { ["hosts"] = new JsonArray(host), ["ports"] = ports, ["location"] = dice.Pick("MESH_INTERNAL", "MESH_EXTERNAL") };
        switch (dice.Number(0, 5))
        {
            case 0 or 1:
                (spec["resolution"], spec["workloadSelector"]) = ("STATIC", new JsonObject { ["labels"] = LabelsOfOne(workloads, place) });
                break;
            case 2 or 3:
                (spec["resolution"], spec["endpoints"]) = ("STATIC", dice.List(1, 3, () => Endpoint(workloads)));
                break;
            case 4:
                (spec["resolution"], spec["addresses"]) = ("NONE", dice.List(1, 2, () => dice.Net()));
                break;
            default:
                spec["resolution"] = "DNS";
                break;
        }

        Export(spec);
        _services.Add(new(host, null, place, [.. ports.Select(port => (int)port!["number"]!)]));
        return Document("ServiceEntry", place, $"entry-{number}", spec);
    }

    /// <summary>Namespaces that see a document, now and then not all of them.</summary>
    public void Export(JsonObject spec)
    {
        if (dice.Rarely(4))
            spec["exportTo"] = new JsonArray([.. dice.Pick<string[]>(["."], ["*"], ["a"], [".", "b"], ["b", "c"]).Select(place => (JsonNode)place)]);
    }

    private JsonObject Endpoint(IReadOnlyList<JsonObject> workloads)
    {
        var hosts = workloads.SelectMany(host => host["spec"]!["addresses"] as JsonArray ?? []).Select(address => (string)address!).ToList();
        var endpoint = new JsonObject { ["address"] = dice.Rarely(6) ? "192.0.2.1" : dice.Pick(hosts) };
        if (dice.Rarely(2))
            endpoint["ports"] = Numbers();
        if (dice.Rarely(2))
            endpoint["labels"] = dice.Labels();
        return endpoint;
    }

    private JsonObject Numbers() => new(dice.Some(new[] { "http", "admin", "web" }).Select(name => KeyValuePair.Create(name, (JsonNode?)dice.Pick(DocumentDice.Ports))));

    /// <summary>One port or two, the first without a name where that may be.</summary>
    private JsonArray Ports(Func<int, JsonNode?> target, string number, string?[] protocols)
    {
        var names = dice.Rarely(2) ? ["http", "admin"] : dice.Rarely(3) && number == "port" ? new string?[] { null } : ["http"];
        var ports = new JsonArray();
        foreach (var name in names)
        {
            var port = new JsonObject { [number] = dice.Pick(DocumentDice.Ports.Where(other => !ports.Any(made => (int)made![number]! == other)).ToList()) };
            if (name is not null)
                port["name"] = name;
            if (dice.Pick(protocols) is { } protocol)
                port["protocol"] = protocol;
            if (target((int)port[number]!) is { } given)
                port["targetPort"] = given;
            ports.Add(port);
        }

        return ports;
    }

    private JsonObject DestinationRule(string name, string place, string host, Func<JsonObject> labels)
    {
        var spec = new JsonObject { ["host"] = host, ["subsets"] = new JsonArray([.. Subsets.Where(_ => dice.Often(4)).Select(subset => new JsonObject { ["name"] = subset, ["labels"] = labels() })]) };
        Export(spec);
        return Document("DestinationRule", place, name, spec);
    }

    private static JsonObject Part(JsonObject holder, string name)
    {
        if (holder[name] is JsonObject part)
            return part;
        part = [];
        holder[name] = part;
        return part;
    }
}
