using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Sidecars, which mostly import services that there are, and EgressRules of the first generation.</summary>
/// <param name="dice">The dice.</param>
/// <param name="services">The services.</param>
/// <param name="workloads">Whose labels are selected.</param>
internal sealed class SidecarDocuments(DocumentDice dice, ServiceDocuments services, IReadOnlyList<JsonObject> workloads)
{
    private const string Root = "istio-system";

    /// <summary>At most one for each namespace as a whole, and some for workloads of it.</summary>
    public IEnumerable<JsonObject> Sidecars() =>
    [
        .. from place in (string[])[Root, .. DocumentDice.Namespaces] where dice.Rarely(3) select Sidecar(place, "default", null),
        .. from place in DocumentDice.Namespaces
           from number in Enumerable.Range(1, dice.Number(0, 2))
           let labels = services.LabelsOfOne(workloads, place)
           where labels.Count > 0
           select Sidecar(place, $"own-{number}", labels),
    ];

    /// <summary>What was called outside in the first generation.</summary>
    public IEnumerable<JsonObject> EgressRules() => Enumerable.Range(1, dice.Number(0, 1)).Select(number => ServiceDocuments.Document(
        "EgressRule",
        dice.Pick(DocumentDice.Namespaces),
        $"out-{number}",
        new()
        {
            ["destination"] = new JsonObject { ["service"] = dice.Rarely(4) ? "api.example.com" : dice.Block() },
            ["ports"] = dice.List(1, 2, () => new JsonObject { ["port"] = dice.Pick(DocumentDice.Ports), ["protocol"] = "tcp" }),
        },
        "config.istio.io/v1alpha2"));

    private JsonObject Sidecar(string place, string name, JsonObject? labels)
    {
        var spec = new JsonObject();
        if (labels is not null)
            spec["workloadSelector"] = new JsonObject { ["labels"] = labels };
        if (dice.Pick(null, "ALLOW_ANY", "REGISTRY_ONLY", "REGISTRY_ONLY", "REGISTRY_ONLY", "REGISTRY_ONLY") is { } mode)
            spec["outboundTrafficPolicy"] = new JsonObject { ["mode"] = mode };
        if (dice.Often(6))
            spec["egress"] = dice.List(0, 2, Listener);
        return ServiceDocuments.Document("Sidecar", place, name, spec);
    }

    private JsonObject Listener()
    {
        var listener = new JsonObject { ["hosts"] = dice.List(1, 3, () => Import()) };
        if (dice.Rarely(6))
            listener["port"] = new JsonObject { ["number"] = dice.Pick(DocumentDice.Ports), ["protocol"] = "TCP", ["name"] = "some" };
        return listener;
    }

    private string Import()
    {
        var service = services.Known.Count == 0 ? null : dice.Pick(services.Known);
        var place = dice.Pick("*", ".", service?.Namespace ?? "a", service?.Namespace ?? "a", dice.Pick(DocumentDice.Namespaces));
        return dice.Number(0, 9) switch
        {
            0 => "~/*",
            1 => $"~{place}/{dice.Pick(service?.Host ?? "*", "*.example.com", "*.a.svc.cluster.local")}",
            2 or 3 or 4 => $"{place}/*",
            5 => $"{place}/{dice.Pick("*.example.com", "*.svc.cluster.local", "*.a.svc.cluster.local")}",
            // A short name is no name here.
            6 => $"{place}/{service?.Name ?? "nobody"}",
            _ => $"{place}/{service?.Host ?? "nobody.example.com"}",
        };
    }
}
