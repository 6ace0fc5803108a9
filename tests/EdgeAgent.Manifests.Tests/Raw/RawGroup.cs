using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>
/// Istio, "Workload Group": what workloads have in common that register themselves with its labels, those of its metadata and, before these,
/// those of its template. Nothing registers here, so a host with these labels is one of them; of several groups the first by name has it.
/// A WorkloadEntry at an address of the host is what would have come of the group there, and takes its place.
/// </summary>
internal sealed class RawGroup
{
    private readonly JsonNode? _template;
    private readonly string _namespace;
    private readonly Dictionary<string, string> _labels;

    public RawGroup(JsonObject document)
    {
        (_template, _namespace) = (document["spec"]!["template"], (string)document["metadata"]!["namespace"]!);
        _labels = RawEndpoint.LabelsOf(document["spec"]!["metadata"]?["labels"]);
        foreach (var (key, value) in RawEndpoint.LabelsOf(_template?["labels"]))
            _labels[key] = value;
    }

    public string? Account => (string?)_template?["serviceAccount"] is { Length: > 0 } account ? account : null;

    public bool Has(RawEndpoint host) => host.Kind == "Host" && _labels.Count > 0 && host.Namespace == _namespace && RawService.IsPart(_labels, host.Labels);

    /// <summary>Its workloads' number for a port of their services; null where it has none.</summary>
    public int? NumberOf(string? name) => name is null ? null : (int?)_template?["ports"]?[name];
}
