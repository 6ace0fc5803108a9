using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>
/// Istio, "Sidecar": one with REGISTRY_ONLY closes its workloads for all but the services that it imports. A workload has the one that
/// selects it, else its namespace's, else the root namespace's. A host is the workload that it is itself, and those whose entries have
/// its address: each may close it, and each leaves open what it imports.
/// </summary>
internal sealed class RawSidecars(RawWorld world, RawRegistry registry)
{
    private const string Root = "istio-system";

    private readonly List<JsonObject> _sidecars = [.. world.Of("networking.istio.io", "Sidecar").OrderBy(sidecar => (string)sidecar["metadata"]!["name"]!, StringComparer.Ordinal)];

    /// <summary>Whether a connection passes: null where no Sidecar closes its source.</summary>
    public bool? Allows(RawFlow flow)
    {
        if (flow.Protocol != RawFlow.Tcp)
            return null;
        var closing = world.WorkloadsAt(flow.Source).Select(workload => (Client: workload.Namespace!, Sidecar: Of(workload))).Where(pair => (string?)pair.Sidecar?["outboundTrafficPolicy"]?["mode"] == "REGISTRY_ONLY").ToList();
        return closing.Count == 0 ? null : closing.Exists(pair => Imports(pair.Sidecar!, pair.Client, flow));
    }

    /// <summary>The spec of a workload's Sidecar.</summary>
    private JsonNode? Of(RawEndpoint workload)
    {
        var own = _sidecars.FindAll(sidecar => (string?)sidecar["metadata"]!["namespace"] == workload.Namespace);
        return (own.Find(sidecar => sidecar["spec"]!["workloadSelector"] is { } selector && RawService.IsPart(RawEndpoint.LabelsOf(selector["labels"]), workload.Labels))
            ?? own.Find(IsForAll)
            ?? _sidecars.Find(sidecar => (string?)sidecar["metadata"]!["namespace"] == Root && IsForAll(sidecar)))?["spec"];
    }

    private static bool IsForAll(JsonObject sidecar) => sidecar["spec"]!["workloadSelector"] is null;

    private bool Imports(JsonNode spec, string client, RawFlow flow)
    {
        if (spec["egress"] is not JsonArray { Count: > 0 } listeners)
            return registry.Services.Any(service => Serves(service, null));
        var hosts = listeners.SelectMany(listener => ((JsonArray)listener!["hosts"]!).Select(host => (Text: (string)host!, Port: (int?)listener["port"]?["number"]))).ToList();
        return registry.Services.Any(service =>
            !hosts.Exists(host => host.Text.StartsWith('~') && Names(host.Text[1..], service)) && hosts.Exists(host => Names(host.Text, service) && Serves(service, host.Port)));

        bool Serves(RawService service, int? port) => service.IsVisibleFrom(client) && service.Serves(flow.Destination, flow.Port, [], port);

        bool Names(string text, RawService service)
        {
            var (place, host) = (text[..text.IndexOf('/', StringComparison.Ordinal)], text[(text.IndexOf('/', StringComparison.Ordinal) + 1)..]);
            return (place == "*" || service.Namespace == (place == "." ? client : place)) && RawRegistry.IsAbout(host, service.Host);
        }
    }
}
