using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>Documents, and the endpoints among them.</summary>
internal sealed class RawWorld(IReadOnlyList<JsonObject> documents)
{
    private readonly Dictionary<IPAddress, List<RawEndpoint>> _having = [];
    private readonly Dictionary<IPAddress, List<RawEndpoint>> _workloads = [];

    public List<RawEndpoint> Endpoints { get; } = [.. documents.Where(document => (string?)document["kind"] is "Host" or "HostEndpoint" or "Pod" or "NetworkSet" or "GlobalNetworkSet").Select(document => new RawEndpoint(document))];

    /// <summary>The WorkloadEntries: workloads of the mesh, also at addresses of hosts.</summary>
    public List<RawEndpoint> Entries { get; } = [.. documents.Where(document => (string?)document["kind"] == "WorkloadEntry").Select(document => new RawEndpoint(document))];

    /// <summary>The WorkloadGroups in the order of their names.</summary>
    public List<RawGroup> Groups { get; } = [.. documents.Where(document => (string?)document["kind"] == "WorkloadGroup").OrderBy(document => (string)document["metadata"]!["name"]!, StringComparer.Ordinal).Select(document => new RawGroup(document))];

    public IEnumerable<JsonObject> Namespaces => documents.Where(document => (string?)document["kind"] == "Namespace");

    /// <summary>The documents of a kind, by the group of their apiVersion.</summary>
    public IEnumerable<JsonObject> Of(string group, string kind) =>
        documents.Where(document => (string?)document["kind"] == kind && ((string)document["apiVersion"]!).StartsWith($"{group}/", StringComparison.Ordinal));

    /// <summary>The documents of a kind that is in no group.</summary>
    public IEnumerable<JsonObject> OfCore(string kind) => documents.Where(document => (string?)document["kind"] == kind && (string?)document["apiVersion"] == "v1");

    /// <summary>The endpoints that have an address.</summary>
    public List<RawEndpoint> At(IPAddress address)
    {
        if (!_having.TryGetValue(address, out var having))
            _having[address] = having = Endpoints.FindAll(endpoint => endpoint.Has(address));
        return having;
    }

    /// <summary>The host that has an address.</summary>
    public RawEndpoint? HostAt(IPAddress address) => At(address).Find(endpoint => endpoint.IsPoliced);

    /// <summary>The workload that has an address.</summary>
    public RawEndpoint? WorkloadAt(IPAddress address) => At(address).Find(endpoint => endpoint.IsWorkload);

    /// <summary>All that Istio takes for a workload at an address: a host or pod, and entries.</summary>
    public List<RawEndpoint> WorkloadsAt(IPAddress address)
    {
        if (!_workloads.TryGetValue(address, out var workloads))
            _workloads[address] = workloads = [.. At(address).Where(endpoint => endpoint.IsWorkload), .. Entries.Where(entry => entry.Has(address))];
        return workloads;
    }

    /// <summary>All that selectors of peers may mean at an address: endpoints, sets and entries.</summary>
    public List<RawEndpoint> PeersAt(IPAddress address) => [.. At(address), .. Entries.Where(entry => entry.Has(address))];

    /// <summary>The group whose workload the host at an address is; null for none, and where an entry says what is there.</summary>
    public RawGroup? GroupAt(IPAddress address) => Entries.Exists(entry => entry.Has(address)) ? null : Groups.Find(group => At(address).Exists(group.Has));

    /// <summary>What a namespace says under one of this product's own keys: in its spec, its annotations or its labels.</summary>
    public string? SettingOf(string name, string field, string key)
    {
        var place = Namespaces.FirstOrDefault(document => (string?)document["metadata"]!["name"] == name);
        return (place?["spec"]?[field] ?? place?["metadata"]!["annotations"]?[$"edgeagent.io/{key}"] ?? place?["metadata"]!["labels"]?[$"edgeagent.io/{key}"])?.ToString();
    }

    /// <summary>Whether what has an address declares a port under a name; an entry's ports are of TCP.</summary>
    public bool Declares(IPAddress address, string name, int protocol, int port) => At(address).Exists(endpoint => endpoint.Declares(name, protocol, port))
        || (protocol == RawFlow.Tcp && Entries.Exists(entry => entry.Has(address) && entry.NumberOf(name) == port));

    /// <summary>The labels that a namespace has, declared or not.</summary>
    public Dictionary<string, string> NamespaceLabels(string name)
    {
        var declared = Namespaces.FirstOrDefault(document => (string?)document["metadata"]!["name"] == name);
        var labels = declared is null ? [] : RawEndpoint.LabelsOf(declared["metadata"]!["labels"]);
        labels["kubernetes.io/metadata.name"] = name;
        return labels;
    }
}
