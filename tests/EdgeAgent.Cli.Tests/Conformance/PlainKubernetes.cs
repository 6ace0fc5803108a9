using System.Net;
using System.Text.Json.Nodes;

namespace EdgeAgent.Cli.Tests.Conformance;

/// <summary>A pod of the plain model.</summary>
internal sealed record PlainPod(string Namespace, string Name, IPAddress Address, Dictionary<string, string> Labels, Dictionary<(string Name, string Protocol), int> Ports);

/// <summary>
/// NetworkPolicy evaluated on the documents themselves, as the API's reference says it: no policy selects the pod in a direction, or one of
/// those that do has a rule that matches. It shares nothing with the readers and the engine.
/// </summary>
internal sealed class PlainKubernetes(IReadOnlyDictionary<string, Dictionary<string, string>> namespaces, IReadOnlyList<PlainPod> pods, IReadOnlyList<JsonObject> policies)
{
    /// <summary>Whether both ends let a flow pass; an address that no pod has lets everything pass.</summary>
    public bool Allows(IPAddress from, IPAddress to, string protocol, int port)
    {
        var (source, destination) = (pods.SingleOrDefault(pod => pod.Address.Equals(from)), pods.SingleOrDefault(pod => pod.Address.Equals(to)));
        return from.Equals(to) || (Passes(source, "Egress", "egress", "to", to) && Passes(destination, "Ingress", "ingress", "from", from));
        bool Passes(PlainPod? self, string type, string rules, string peers, IPAddress other)
        {
            if (self is null)
                return true;
            var about = policies.Where(policy => NamespaceOf(policy) == self.Namespace && Selects(policy["spec"]!["podSelector"], self.Labels) && Types(policy).Contains(type)).ToList();
            return about.Count == 0 || about.Exists(policy => policy["spec"]![rules] is JsonArray list && list.Any(rule => Matches(rule!, peers, NamespaceOf(policy), other, destination, protocol, port)));
        }
    }

    private static string NamespaceOf(JsonObject policy) => (string)policy["metadata"]!["namespace"]!;

    private static IEnumerable<string> Types(JsonObject policy)
    {
        if (policy["spec"]!["policyTypes"] is JsonArray { Count: > 0 } types)
            return types.Select(type => (string)type!);
        return policy["spec"]!["egress"] is JsonArray { Count: > 0 } ? ["Ingress", "Egress"] : ["Ingress"];
    }

    private bool Matches(JsonNode rule, string peersField, string ownNamespace, IPAddress other, PlainPod? destination, string protocol, int port) =>
        (rule[peersField] is not JsonArray { Count: > 0 } peers || peers.Any(peer => IsPeer(peer!, ownNamespace, other)))
        && (rule["ports"] is not JsonArray { Count: > 0 } ports || ports.Any(item => IsPort(item!, destination, protocol, port)));

    private bool IsPeer(JsonNode peer, string ownNamespace, IPAddress other)
    {
        if (peer["ipBlock"] is { } block)
            return Holds(block["cidr"]!, other) && !(block["except"] is JsonArray except && except.Any(item => Holds(item!, other)));
        if (pods.SingleOrDefault(pod => pod.Address.Equals(other)) is not { } pod)
            return false;
        var inNamespace = peer["namespaceSelector"] is { } selector ? Selects(selector, namespaces[pod.Namespace]) : pod.Namespace == ownNamespace;
        return inNamespace && (peer["podSelector"] is not { } labels || Selects(labels, pod.Labels));
    }

    private static bool Holds(JsonNode cidr, IPAddress address) => IPNetwork.Parse((string)cidr!) is var network && network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);

    private static bool IsPort(JsonNode item, PlainPod? destination, string protocol, int port)
    {
        if (((string?)item["protocol"] ?? "TCP") != protocol)
            return false;
        if (item["port"] is not JsonValue value)
            return true;
        if (value.TryGetValue<string>(out var name))
            return destination is not null && destination.Ports.TryGetValue((name, protocol), out var number) && number == port;
        var first = value.GetValue<int>();
        return port >= first && port <= ((int?)item["endPort"] ?? first);
    }

    private static bool Selects(JsonNode? selector, Dictionary<string, string> labels)
    {
        if (selector?["matchLabels"] is JsonObject wanted && wanted.Any(label => labels.GetValueOrDefault(label.Key) != (string?)label.Value))
            return false;
        return selector?["matchExpressions"] is not JsonArray expressions || expressions.All(expression =>
        {
            var has = labels.TryGetValue((string)expression!["key"]!, out var value);
            var isOne = has && expression["values"] is JsonArray values && values.Any(item => (string?)item == value);
            return (string)expression["operator"]! switch { "In" => isOne, "NotIn" => !isOne, "Exists" => has, _ => !has };
        });
    }
}
