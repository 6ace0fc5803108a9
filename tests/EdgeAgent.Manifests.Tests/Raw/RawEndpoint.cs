using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>A host, host endpoint, pod, network set or WorkloadEntry as its document says.</summary>
internal sealed class RawEndpoint(JsonObject document)
{
    private readonly List<RawBlock> _blocks = (string?)document["kind"] == "Pod" ? RawPod.AddressesOf(document)
        : document["spec"]?["address"] is { } address ? [new RawBlock((string)address!)]
        : RawBlock.ListOf(document["spec"]?["addresses"] ?? document["spec"]?["expectedIPs"] ?? document["spec"]?["nets"]);

    private readonly List<JsonNode> _ports = (string?)document["kind"] == "Pod" ? RawPod.PortsOf(document) : [.. (document["spec"]?["ports"] as JsonArray ?? []).Select(port => port!)];

    public string Kind { get; } = (string)document["kind"]!;

    public string Name { get; } = (string)document["metadata"]!["name"]!;

    /// <summary>Null for what is in no namespace.</summary>
    public string? Namespace { get; } = (string?)document["metadata"]!["namespace"];

    public Dictionary<string, string> Labels { get; } = LabelsOf(document["metadata"]!["labels"] ?? document["spec"]?["labels"]);

    /// <summary>The addresses of a host.</summary>
    public IEnumerable<IPAddress> Addresses => _blocks.Select(block => block.First);

    /// <summary>What policies call a pod: a host is one here, too.</summary>
    public bool IsWorkload => Kind is "Host" or "Pod";

    /// <summary>The service account that it acts as by its own document: a pod that names none is the one called default, an entry has the one that it names, and nothing else has one.</summary>
    public string? Account => Kind switch
    {
        "Pod" => RawPod.AccountOf(document),
        "WorkloadEntry" => (string?)document["spec"]!["serviceAccount"],
        _ => null,
    };

    /// <summary>Whether policies are enforced at it.</summary>
    public bool IsPoliced => Kind is "Host" or "HostEndpoint";

    /// <summary>The interface that its policies hold on, or <c>*</c>; null for all traffic.</summary>
    public string? Interface => Kind == "HostEndpoint" ? (string?)document["spec"]?["interfaceName"] : null;

    /// <summary>The machine that the interface is of: itself, where it does not say.</summary>
    public string Node => (string?)document["spec"]?["node"] ?? Name;

    /// <summary>What becomes of its denials.</summary>
    public string Mode => (string?)document["spec"]?["mode"] ?? "Enforce";

    /// <summary>Whether the other ends enforce its half as well: not that of one which lets denied traffic pass.</summary>
    public bool Binds => Mode is "Enforce" or "Quarantine";

    /// <summary>
    /// What happens to flows that no policy decides on: a host endpoint denies them unless a profile allows. Profiles are asked in order, and
    /// one that does not exist denies all.
    /// </summary>
    public bool AllowsUndecided => Kind == "Host" || (string?)(document["spec"]!["profiles"] as JsonArray ?? []).FirstOrDefault() == "projectcalico-default-allow";

    public static Dictionary<string, string> LabelsOf(JsonNode? labels) =>
        (labels as JsonObject ?? []).ToDictionary(label => label.Key, label => (string)label.Value!, StringComparer.Ordinal);

    public bool Has(IPAddress address) => _blocks.Exists(block => block.Holds(address));

    /// <summary>Whether it declares a port under a name.</summary>
    public bool Declares(string name, int protocol, int port) => _ports.Exists(declared =>
        (string?)declared["name"] == name && RawFlow.ProtocolOf(declared["protocol"] ?? "TCP") == protocol && (int?)(declared["port"] ?? declared["containerPort"]) == port);

    /// <summary>The number that a WorkloadEntry has under a name; null where it has none.</summary>
    public int? NumberOf(string? name) => name is not null && document["spec"]?["ports"] is JsonObject numbers ? (int?)numbers[name] : null;
}
