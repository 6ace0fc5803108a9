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
            .. world.Of("networking.istio.io", "ServiceEntry").Concat(world.Of("config.istio.io", "EgressRule").Select(AsEntry)).SelectMany(document => ((JsonArray)document["spec"]!["hosts"]!).Select(host => new RawService(world, document, (string)host!))),
        ];
        _rules =
        [
            .. world.Of("networking.istio.io", "DestinationRule").OrderBy(rule => (string)rule["metadata"]!["name"]!, StringComparer.Ordinal)
                .Select(rule => (rule, (string)rule["metadata"]!["namespace"]!, HostOf((string)rule["spec"]!["host"]!, (string)rule["metadata"]!["namespace"]!))),
        ];
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<RawService> Services => _services;

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

    /// <summary>A rule of the first generation as it would be written now: a block is where clients connect to, a name is asked for.</summary>
    private static JsonObject AsEntry(JsonObject rule)
    {
        var service = (string)rule["spec"]!["destination"]!["service"]!;
        var spec = new JsonObject { ["hosts"] = new JsonArray(service), ["resolution"] = "DNS", ["ports"] = new JsonArray([.. ((JsonArray)rule["spec"]!["ports"]!).Select(port => new JsonObject { ["number"] = (int)port!["port"]! })]) };
        if (service.Contains('/', StringComparison.Ordinal))
            (spec["resolution"], spec["addresses"]) = ("NONE", new JsonArray(service));
        return new() { ["metadata"] = rule["metadata"]!.DeepClone(), ["spec"] = spec };
    }

    private string HostOf(string host, string place) =>
        !host.Contains('.', StringComparison.Ordinal) && _services.Exists(service => service.Host == $"{host}.{place}.svc.cluster.local") ? $"{host}.{place}.svc.cluster.local" : host;

    /// <summary>Whether a name, or one for many, is about a service.</summary>
    public static bool IsAbout(string pattern, string host) => pattern == host || (pattern.StartsWith('*') && host.EndsWith(pattern[1..], StringComparison.Ordinal));
}
