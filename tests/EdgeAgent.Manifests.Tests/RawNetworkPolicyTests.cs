using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Tests;

/// <summary>Documents made up at random, from the reader to the verdict, against an evaluator that reads the documents themselves.</summary>
public sealed class RawNetworkPolicyTests
{
    private static readonly string[] _places = ["a", "b", "c"];
    private static readonly string[] _keys = ["app", "tier"];
    private static readonly string[] _values = ["x", "y"];
    private static readonly string[] _protocols = ["TCP", "UDP", "SCTP"];
    private static readonly int[] _ports = [53, 80, 8080];
    private static readonly string[] _strangers = ["10.0.1.200", "192.0.2.1", "fd00::1:99", "2001:db8::1"];

    [Fact]
    public void Every_flow_has_the_verdict_that_the_documents_say()
    {
        var (allowed, denied) = (0, 0);
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var objects = World(random);
            var text = string.Join("\n---\n", objects.Select(item => item.ToJsonString()));
            var set = ManifestReader.Read([new("w.yaml", Encoding.UTF8.GetBytes(text))]);
            Assert.False(set.HasErrors, $"seed {seed}: {string.Join('\n', set.Diagnostics)}");
            var state = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. set.Resources.Select(resource => resource.Model)])).State;
            var oracle = new RawNetworkPolicyOracle(objects);
            var addresses = objects.Where(item => (string?)item["kind"] == "Host").SelectMany(host => (JsonArray)host["spec"]!["addresses"]!).Select(address => (string)address!).ToList();
            foreach (var (from, to) in addresses.SelectMany(_ => addresses.Concat(_strangers), (from, to) => random.Next(2) == 0 ? (From: from, To: to) : (From: to, To: from)).Where(pair => pair.From.Contains(':') == pair.To.Contains(':')))
            {
                var (protocol, port) = (Pick(random, _protocols), Pick(random, _ports) + random.Next(-1, 2));
                var expected = oracle.Allows(IPAddress.Parse(from), IPAddress.Parse(to), protocol, port);
                Assert.True(IpProtocol.TryParse(protocol, out var parsed));
                var decided = PolicyEngine.Decide(state, new(from, to, parsed, (ushort)port)).Allowed;
                Assert.True(expected == decided, $"seed {seed}: {from} -> {to} {protocol}/{port}: expected {(expected ? "allow" : "deny")}\n{text}");
                (allowed, denied) = expected ? (allowed + 1, denied) : (allowed, denied + 1);
            }
        }

        Assert.True(allowed > 2000 && denied > 2000, $"{allowed} allowed, {denied} denied");
    }

    private static List<JsonObject> World(Random random)
    {
        List<JsonObject> result = [];
        foreach (var place in _places.Where(_ => random.Next(3) > 0))
            result.Add(new() { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = place, ["labels"] = Labels(random) } });
        for (var i = 1; i <= random.Next(3, 7); i++)
        {
            var number = (random.Next(2) * 128) + i;
            result.Add(new()
            {
                ["apiVersion"] = "edgeagent.io/v1",
                ["kind"] = "Host",
                ["metadata"] = new JsonObject { ["name"] = $"h{i}", ["namespace"] = Pick(random, _places), ["labels"] = Labels(random) },
                ["spec"] = new JsonObject
                {
                    ["addresses"] = random.Next(3) == 0 ? new JsonArray($"10.0.{random.Next(2)}.{number}", $"fd00::{number:x}") : new JsonArray(random.Next(3) == 0 ? $"fd00::{number:x}" : $"10.0.{random.Next(2)}.{number}"),
                    ["ports"] = new JsonArray([.. _protocols.Where(_ => random.Next(2) == 0).Select(protocol => new JsonObject { ["name"] = Pick(random, ["web", "dns"]), ["protocol"] = protocol, ["port"] = Pick(random, _ports) })]),
                },
            });
        }

        for (var i = random.Next(1, 6); i > 0; i--)
            result.Add(Policy(random, i));
        return [.. result.OrderBy(_ => random.Next())];
    }

    private static JsonObject Policy(Random random, int number)
    {
        var spec = new JsonObject { ["podSelector"] = Selector(random) };
        if (random.Next(2) == 0)
            spec["policyTypes"] = new JsonArray([.. new[] { "Ingress", "Egress" }.Where(_ => random.Next(3) > 0).DefaultIfEmpty("Ingress").Select(type => (JsonNode)type)]);
        if (random.Next(4) > 0)
            spec["ingress"] = Rules(random, "from");
        if (random.Next(2) == 0)
            spec["egress"] = Rules(random, "to");
        return new() { ["apiVersion"] = "networking.k8s.io/v1", ["kind"] = "NetworkPolicy", ["metadata"] = new JsonObject { ["name"] = $"p{number}", ["namespace"] = Pick(random, _places) }, ["spec"] = spec };
    }

    private static JsonArray Rules(Random random, string peers) => new([.. Enumerable.Range(0, random.Next(3)).Select(_ =>
    {
        var rule = new JsonObject();
        if (random.Next(4) > 0)
            rule[peers] = new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Peer(random))]);
        if (random.Next(3) > 0)
            rule["ports"] = new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Port(random))]);
        return rule;
    })]);

    private static JsonObject Peer(Random random) => random.Next(5) switch
    {
        0 => new() { ["podSelector"] = Selector(random) },
        1 => new() { ["namespaceSelector"] = Selector(random) },
        2 => new() { ["namespaceSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["kubernetes.io/metadata.name"] = Pick(random, _places) } }, ["podSelector"] = Selector(random) },
        3 => new() { ["ipBlock"] = new JsonObject { ["cidr"] = "10.0.0.0/16", ["except"] = new JsonArray(Pick(random, ["10.0.0.0/24", "10.0.1.128/25"])) } },
        _ => new() { ["ipBlock"] = new JsonObject { ["cidr"] = Pick(random, ["10.0.0.128/25", "0.0.0.0/0", "fd00::/64", "fd00::80/121", "::/0"]) } },
    };

    private static JsonObject Port(Random random)
    {
        var port = new JsonObject();
        if (random.Next(3) > 0)
            port["protocol"] = Pick(random, _protocols);
        switch (random.Next(4))
        {
            case 0:
                break;
            case 1:
                port["port"] = Pick(random, ["web", "dns"]);
                break;
            case 2:
                port["port"] = 53;
                port["endPort"] = Pick(random, _ports);
                break;
            default:
                port["port"] = Pick(random, _ports);
                break;
        }

        return port;
    }

    private static JsonObject Selector(Random random) => random.Next(4) switch
    {
        0 => [],
        1 => new() { ["matchLabels"] = Labels(random) },
        _ => new()
        {
            ["matchExpressions"] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ =>
            {
                var (key, kind) = (Pick(random, _keys), Pick(random, ["In", "NotIn", "Exists", "DoesNotExist"]));
                var expression = new JsonObject { ["key"] = key, ["operator"] = kind };
                if (kind is "In" or "NotIn")
                    expression["values"] = new JsonArray([.. _values.Where(_ => random.Next(2) == 0).DefaultIfEmpty("x").Select(value => (JsonNode)value)]);
                return expression;
            })]),
        },
    };

    private static JsonObject Labels(Random random) => new(_keys.Where(_ => random.Next(3) > 0).Select(key => KeyValuePair.Create(key, (JsonNode?)Pick(random, _values))));

    private static T Pick<T>(Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
