using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>The services of a mesh by their names, and the parts of them that DestinationRules name.</summary>
internal sealed class RawRegistry
{
    private const string Root = "istio-system";

    private readonly List<RawService> _services;
    private readonly List<(JsonObject Document, string Namespace, string Host)> _rules;

    public RawRegistry(RawWorld world)
    {
        _services =
        [
            .. world.OfCore("Service").Select(document => new RawService(world, document, $"{document["metadata"]!["name"]}.{document["metadata"]!["namespace"]}.svc.cluster.local")),
            .. world.Of("networking.istio.io", "ServiceEntry").SelectMany(document => ((JsonArray)document["spec"]!["hosts"]!).Select(host => new RawService(world, document, (string)host!))),
        ];
        _rules =
        [
            .. world.Of("networking.istio.io", "DestinationRule").OrderBy(rule => (string)rule["metadata"]!["name"]!, StringComparer.Ordinal)
                .Select(rule => (rule, (string)rule["metadata"]!["namespace"]!, HostOf((string)rule["spec"]!["host"]!, (string)rule["metadata"]!["namespace"]!))),
        ];
    }

    /// <summary>The service of a name. A short one is of the namespace of the document that has it, whatever other services there are (Istio, "Destination").</summary>
    public RawService? Find(string host, string place) => _services.Find(service => service.Host == HostOf(host, place)) ?? _services.Find(service => service.Host == host);

    /// <summary>
    /// The labels of a service's part, as clients of a namespace know them. Rules are looked up in the client's namespace, then in the
    /// service's, then in the root namespace, and the first of these that has a rule for the service is the only one (Istio, "Traffic
    /// Management Best Practices"); there, a rule for that very name comes before one for many.
    /// </summary>
    public Dictionary<string, string>? Part(RawService service, string name, string client)
    {
        var visible = _rules.FindAll(rule => rule.Namespace == client || RawExport.Includes(rule.Document["spec"]!["exportTo"], rule.Namespace, client));
        foreach (var place in new[] { client, service.Namespace, Root })
        {
            var about = visible.FindAll(rule => rule.Namespace == place && IsAbout(rule.Host, service.Host));
            if (about.Count == 0)
                continue;
            var longest = about.Max(rule => rule.Host.StartsWith('*') ? rule.Host.Length : int.MaxValue);
            var subset = about.Where(rule => (rule.Host.StartsWith('*') ? rule.Host.Length : int.MaxValue) == longest)
                .SelectMany(rule => rule.Document["spec"]!["subsets"] as JsonArray ?? []).FirstOrDefault(subset => (string?)subset!["name"] == name);
            return subset is null ? null : RawEndpoint.LabelsOf(subset["labels"]);
        }

        return null;
    }

    private string HostOf(string host, string place) =>
        !host.Contains('.', StringComparison.Ordinal) && _services.Exists(service => service.Host == $"{host}.{place}.svc.cluster.local") ? $"{host}.{place}.svc.cluster.local" : host;

    private static bool IsAbout(string pattern, string host) => pattern == host || (pattern.StartsWith('*') && host.EndsWith(pattern[1..], StringComparison.Ordinal));
}
