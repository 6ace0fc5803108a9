using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>
/// Istio, "Authorization Policy" and "Authorization Policy Conditions", as far as connections go: they are about TCP, and what only requests have
/// makes an ALLOW rule match nothing and is left out of a DENY rule.
/// </summary>
internal sealed class RawAuthorization(RawWorld world, JsonObject document)
{
    private const string RootNamespace = "istio-system";

    private readonly string _namespace = (string)document["metadata"]!["namespace"]!;
    private readonly JsonNode? _spec = document["spec"];

    private string Action => (string?)document["metadata"]!["annotations"]?["istio.io/dry-run"] == "true" ? "AUDIT" : (string?)_spec?["action"] ?? "ALLOW";

    /// <summary>Whether a workload's proxy would take a connection: no DENY policy matches, and one of the ALLOW policies does. Null where there are none that say so.</summary>
    public static bool? Allows(RawWorld world, RawEndpoint host, RawFlow flow)
    {
        if (flow.Protocol != RawFlow.Tcp || !host.IsWorkload)
            return null;
        var selecting = world.Of("security.istio.io", "AuthorizationPolicy").Select(document => new RawAuthorization(world, document)).Where(policy => policy.Selects(host, flow.Destination)).ToList();
        if (selecting.Exists(policy => policy.Action == "DENY" && policy.Matches(flow)))
            return false;
        var allowing = selecting.FindAll(policy => policy.Action == "ALLOW");
        return allowing.Count == 0 ? null : allowing.Exists(policy => policy.Matches(flow));
    }

    /// <summary>A host is selected by what it is itself and, at the address of a WorkloadEntry, by what that says.</summary>
    private bool Selects(RawEndpoint host, IPAddress address) =>
        Selects(host.Namespace, host.Labels) || EntriesAt(address).Any(entry => Selects(entry.Namespace, entry.Labels));

    private bool Selects(string? place, Dictionary<string, string> labels) =>
        (_namespace == RootNamespace || place == _namespace) && RawLabelSelector.Selects(_spec?["selector"], labels);

    private IEnumerable<RawEndpoint> EntriesAt(IPAddress address) => world.Entries.Where(entry => entry.Has(address));

    private bool Matches(RawFlow flow) => (_spec?["rules"] as JsonArray ?? []).Any(rule => Action == "DENY" ? Denies(rule!, flow) : !HasRequests(rule!) && Rule(rule!, flow));

    /// <summary>A rule without what only requests have; one that has nothing else does nothing.</summary>
    private bool Denies(JsonNode rule, RawFlow flow)
    {
        if (!HasRequests(rule))
            return Rule(rule, flow);
        var left = (JsonObject)rule.DeepClone();
        foreach (var part in new[] { "from", "to", "when" })
        {
            var kept = (left[part] as JsonArray ?? []).Where(item => !IsRequests(item!)).Select(item => item!.DeepClone()).ToList();
            foreach (var operation in kept.Select(item => item["operation"]).OfType<JsonObject>())
                operation.Remove("methods");
            left.Remove(part);
            if (kept.Count > 0)
                left[part] = new JsonArray([.. kept]);
        }

        return left.Count > 0 && Rule(left, flow);
    }

    private static bool HasRequests(JsonNode rule) => new[] { "from", "to", "when" }.SelectMany(part => rule[part] as JsonArray ?? []).Any(item => IsRequests(item!) || item!["operation"]?["methods"] is not null);

    /// <summary>Whether an item of a rule is about requests and nothing else.</summary>
    private static bool IsRequests(JsonNode item) =>
        item["operation"] is JsonObject { Count: 1 } operation && operation.ContainsKey("methods")
        || item["source"] is JsonObject { Count: 1 } source && source.ContainsKey("requestPrincipals")
        || ((string?)item["key"])?.StartsWith("request.", StringComparison.Ordinal) == true;

    private bool Rule(JsonNode rule, RawFlow flow) =>
        (rule["from"] is not JsonArray from || from.Any(item => Source(item!["source"]!, flow)))
        && (rule["to"] is not JsonArray to || to.Any(item => Operation(item!["operation"]!, flow)))
        && (rule["when"] as JsonArray ?? []).All(item => Condition(item!, flow));

    private bool Source(JsonNode source, RawFlow flow)
    {
        var (place, account) = IdentityOf(flow.Source);
        return Holds(source, "principals", "notPrincipals", pattern => IsLike(pattern, PrincipalOf(flow.Source)))
            && Holds(source, "namespaces", "notNamespaces", pattern => IsLike(pattern, place))
            && Holds(source, "serviceAccounts", "notServiceAccounts", name => account is not null && (name.Contains('/', StringComparison.Ordinal) ? name : $"{_namespace}/{name}") == $"{place}/{account}")
            && Holds(source, "ipBlocks", "notIpBlocks", block => new RawBlock(block).Holds(flow.Source));
    }

    private static bool Operation(JsonNode operation, RawFlow flow) => Holds(operation, "ports", "notPorts", port => int.Parse(port, CultureInfo.InvariantCulture) == flow.Port);

    private bool Condition(JsonNode condition, RawFlow flow) => Holds(condition, "values", "notValues", value => (string)condition["key"]! switch
    {
        "source.ip" => new RawBlock(value).Holds(flow.Source),
        "source.namespace" => IsLike(value, IdentityOf(flow.Source).Namespace),
        "source.principal" => IsLike(value, PrincipalOf(flow.Source)),
        "destination.ip" => new RawBlock(value).Holds(flow.Destination),
        _ => int.Parse(value, CultureInfo.InvariantCulture) == flow.Port,
    });

    /// <summary>One of a list and none of another; a list that is not there asks for nothing.</summary>
    private static bool Holds(JsonNode node, string wanted, string unwanted, Func<string, bool> matches) =>
        (node[wanted] is not JsonArray all || all.Any(item => matches((string)item!))) && (node[unwanted] is not JsonArray none || !none.Any(item => matches((string)item!)));

    /// <summary>A WorkloadEntry at a workload's address says who it is; else a pod has its account, and a host that of its WorkloadGroup or its namespace alone.</summary>
    private (string? Namespace, string? Account) IdentityOf(IPAddress address)
    {
        if (EntriesAt(address).FirstOrDefault() is { } entry)
            return (entry.Namespace, entry.Account);
        return world.WorkloadAt(address) is { } workload ? (workload.Namespace, workload.Account ?? world.GroupAt(address)?.Account) : (null, null);
    }

    private string? PrincipalOf(IPAddress address) => IdentityOf(address) is (var place, { } account) ? $"cluster.local/ns/{place}/sa/{account}" : null;

    /// <summary>Exact, by prefix (a*), by suffix (*a), or by presence (*).</summary>
    private static bool IsLike(string pattern, string? value) => value is not null && (pattern == "*" ? value.Length > 0
        : pattern.StartsWith('*') ? value.EndsWith(pattern[1..], StringComparison.Ordinal)
        : pattern.EndsWith('*') ? value.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : pattern == value);
}
