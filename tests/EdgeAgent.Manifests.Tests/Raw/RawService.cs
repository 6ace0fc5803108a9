using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>
/// A service of the mesh's registry: Kubernetes, "Service" and "EndpointSlice"; Istio, "Service Entry" and "Workload Entry"; "EgressRule" of the first generation.
/// </summary>
/// <param name="world">The world.</param>
/// <param name="document">Its document.</param>
/// <param name="host">The whole name.</param>
internal sealed class RawService(RawWorld world, JsonObject document, string host)
{
    private readonly JsonNode _spec = document["spec"]!;
    private readonly List<RawSlice> _slices = RawSlice.Of(world, document);

    public string Host => host;

    public string Namespace { get; } = (string)document["metadata"]!["namespace"]!;

    /// <summary>How many ports it has, of whatever protocol.</summary>
    public int PortCount => Ports.Count();

    private IEnumerable<JsonNode> Ports => (_spec["ports"] as JsonArray ?? []).Select(port => port!);

    /// <summary>Labels of the workloads behind it; null where it is known by addresses.</summary>
    private Dictionary<string, string>? Selector { get; } = SelectorOf(document["spec"]!);

    /// <summary>Whether clients of a namespace know of it.</summary>
    public bool IsVisibleFrom(string place) => RawExport.Includes(_spec["exportTo"], Namespace, place);

    /// <summary>Whether an address is one of its endpoints, or of a part of them.</summary>
    public bool Has(IPAddress address, Dictionary<string, string> part) => Members(address, part).Any() || Endpoints(address, part).Any() || IsAddress(address, part) || Slices(address, part).Any();

    /// <summary>The workloads at an address that it has by their labels.</summary>
    private IEnumerable<RawEndpoint> Members(IPAddress address, Dictionary<string, string> part) => Selector is not { } selector ? []
        : world.WorkloadsAt(address).Where(workload => workload.Namespace == Namespace && IsPart(selector, workload.Labels) && IsPart(part, workload.Labels));

    /// <summary>Whether a connection to a port of an address is one to the service, or to its port of a number.</summary>
    public bool Serves(IPAddress address, int number, Dictionary<string, string> part, int? servicePort) => Ports.Where(port => IsTcp(port) && (servicePort is null || NumberOf(port) == servicePort)).Any(port =>
        (Members(address, part).Any() && IsOfWorkload(address, number, port))
        || Endpoints(address, part).Any(endpoint => number == (OwnNumber(endpoint, port) ?? TargetOf(port)))
        || (IsAddress(address, part) && number == TargetOf(port))
        || Slices(address, part).Any(slice => slice.Serves(port, number, RawFlow.Tcp)));

    /// <summary>Whether a Service of Kubernetes leads to a port of an address, in the protocol of that port.</summary>
    public bool Leads(IPAddress address, int number, int protocol) => Ports.Where(port => RawFlow.ProtocolOf(port["protocol"] ?? "TCP") == protocol).Any(port =>
        Slices(address, []).Any(slice => slice.Serves(port, number, protocol))
        || (Members(address, []).Any() && (port["targetPort"] is JsonValue target && target.TryGetValue<string>(out var name) ? world.Declares(address, name, protocol, number) : number == TargetOf(port))));

    /// <summary>Whether all of some labels are among others.</summary>
    public static bool IsPart(Dictionary<string, string> wanted, Dictionary<string, string> labels) => wanted.All(label => labels.GetValueOrDefault(label.Key) == label.Value);

    private static Dictionary<string, string>? SelectorOf(JsonNode spec) => (string?)spec["type"] == "ExternalName" ? null
        : spec["workloadSelector"] is { } selector ? RawEndpoint.LabelsOf(selector["labels"])
        : spec["selector"] is JsonObject { Count: > 0 } labels ? RawEndpoint.LabelsOf(labels) : null;

    private static bool IsTcp(JsonNode port) => (string?)port["protocol"] is not ("UDP" or "SCTP");

    private static int NumberOf(JsonNode port) => (int)(port["port"] ?? port["number"])!;

    /// <summary>The workload's port where no workload says otherwise; it has a number there.</summary>
    private static int TargetOf(JsonNode port) => (int?)port["targetPort"] ?? NumberOf(port);

    private static int? OwnNumber(JsonNode endpoint, JsonNode port) => (string?)port["name"] is { } name ? (int?)endpoint["ports"]?[name] : null;

    /// <summary>An entry's own number comes first, or that of a host's group; a name is looked up in what the workload declares.</summary>
    private bool IsOfWorkload(IPAddress address, int number, JsonNode port)
    {
        var name = port["targetPort"] is JsonValue target && target.TryGetValue<string>(out var text) ? text : null;
        var (entry, group) = (world.Entries.Find(entry => entry.Has(address)), world.GroupAt(address));
        var own = entry is null ? group?.NumberOf((string?)port["name"]) ?? group?.NumberOf(name) : entry.NumberOf((string?)port["name"]) ?? entry.NumberOf(name);
        return own is { } renumbered ? number == renumbered : name is null ? number == TargetOf(port) : world.Declares(address, name, RawFlow.Tcp, number);
    }

    /// <summary>The slices that have an address. They say nothing of labels, so a part that has some is none of them.</summary>
    private IEnumerable<RawSlice> Slices(IPAddress address, Dictionary<string, string> part) => part.Count == 0 ? _slices.Where(slice => slice.Has(address)) : [];

    private IEnumerable<JsonNode> Endpoints(IPAddress address, Dictionary<string, string> part) => (_spec["endpoints"] as JsonArray ?? []).Select(endpoint => endpoint!)
        .Where(endpoint => IPAddress.TryParse((string)endpoint["address"]!, out var own) && own.Equals(address) && IsPart(part, RawEndpoint.LabelsOf(endpoint["labels"])));

    /// <summary>Where nothing says what is behind a service, clients connect to the addresses that they have.</summary>
    private bool IsAddress(IPAddress address, Dictionary<string, string> part) =>
        part.Count == 0 && (string?)_spec["resolution"] == "NONE" && _spec["workloadSelector"] is null && RawBlock.ListOf(_spec["addresses"]).Exists(block => block.Holds(address));
}

/// <summary>Istio's <c>exportTo</c>.</summary>
internal static class RawExport
{
    /// <summary>Whether clients of a namespace see a document of another; all do where it does not say.</summary>
    public static bool Includes(JsonNode? exportTo, string own, string client) =>
        exportTo is not JsonArray { Count: > 0 } places || places.Any(place => (string?)place is "*" || ((string?)place == "." ? own : (string?)place) == client);
}
