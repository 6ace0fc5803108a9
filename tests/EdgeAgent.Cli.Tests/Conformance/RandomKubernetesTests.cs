using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using EdgeAgent.Cli.Tests.Support;

namespace EdgeAgent.Cli.Tests.Conformance;

/// <summary>Random worlds of NetworkPolicy documents: the command, and each end alone, say what a plain evaluation of the documents says.</summary>
public sealed class RandomKubernetesTests
{
    private static readonly string[] _outside = ["192.0.2.1", "192.0.2.200", "2001:db8::9"];
    private static readonly string[] _protocols = ["TCP", "UDP", "SCTP"];
    private static readonly int[] _ports = [80, 81, 90];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Commands_and_compiled_ends_agree_with_a_plain_evaluation(int part)
    {
        using var files = new TemporaryFiles();
        for (var seed = part * 1000; seed < (part * 1000) + 12; seed++)
        {
            var (documents, model, pods) = World(new Random(seed));
            var ends = pods.Select(pod => pod.Address.ToString()).Concat(_outside).ToList();
            var expected = (
                from source in ends
                from destination in ends
                where IPAddress.Parse(source).AddressFamily == IPAddress.Parse(destination).AddressFamily
                from protocol in _protocols
                from port in _ports
                let allowed = model.Allows(IPAddress.Parse(source), IPAddress.Parse(destination), protocol, port)
                select new ExpectedVerdict(source, destination, $"{protocol}/{port}", allowed, null, null)).ToList();

            var run = await CommandRun.With(
                new() { Input = string.Join('\n', expected.Select(ProbeText.Of)) }, "connectivity", "-f", files.Write("w.yaml", documents), "--probes", "-", "-o", "json");

            Assert.True(run.ExitCode == 0, $"seed {seed}: {run.Error}");
            foreach (var (flow, answer) in expected.Zip(run.Lines))
                Assert.True(answer.Contains($"\"verdict\":\"{(flow.Allowed ? "allow" : "deny")}\",\"egress\"", StringComparison.Ordinal), $"seed {seed}: expected {flow}: {answer}\n{documents}");
            var compiled = CompiledVerdicts.Differences(documents, expected).ToList();
            Assert.True(compiled.Count == 0, $"seed {seed}: {string.Join('\n', compiled)}\n{documents}");
        }
    }

    private static (string Documents, PlainKubernetes Model, List<PlainPod> Pods) World(Random random)
    {
        var namespaces = new[] { "x", "y", "z" }.ToDictionary(name => name, name => new Dictionary<string, string> { ["ns"] = name, ["kubernetes.io/metadata.name"] = name });
        var pods = new List<PlainPod>();
        foreach (var (name, number) in namespaces.Keys.SelectMany(space => new[] { "a", "b", "c" }.Select(pod => (space, pod))).Select((pair, i) => (pair, i + 1)))
        {
            var labels = new Dictionary<string, string> { ["pod"] = name.pod };
            if (random.Next(2) == 0)
                labels["extra"] = random.Next(2) == 0 ? "one" : "two";
            var ports = new Dictionary<(string, string), int> { [("serve", "TCP")] = _ports[random.Next(3)], [("serve", "UDP")] = _ports[random.Next(3)] };
            var address = random.Next(4) == 0 ? string.Create(CultureInfo.InvariantCulture, $"2001:db8::{number}") : string.Create(CultureInfo.InvariantCulture, $"192.0.2.{number}");
            pods.Add(new(name.space, name.pod, IPAddress.Parse(address), labels, ports));
        }

        var policies = Enumerable.Range(0, random.Next(1, 7)).Select(i => Policy(random, i)).ToList();
        IEnumerable<JsonNode> documents =
        [
            .. namespaces.Select(pair => Document("v1", "Namespace", pair.Key, null, new() { ["ns"] = pair.Key }, null)),
            .. pods.Select(pod => Document("edgeagent.io/v1", "Host", pod.Name, pod.Namespace, pod.Labels, new()
            {
                ["addresses"] = new JsonArray(pod.Address.ToString()),
                ["ports"] = new JsonArray([.. pod.Ports.Select(port => (JsonNode)new JsonObject { ["name"] = port.Key.Name, ["protocol"] = port.Key.Protocol, ["port"] = port.Value })]),
            })),
            .. policies,
        ];
        var shuffled = documents.Select(document => document.ToJsonString()).ToArray();
        random.Shuffle(shuffled);
        return (string.Join("\n---\n", shuffled), new(namespaces, pods, policies), pods);
    }

    private static JsonObject Document(string version, string kind, string name, string? space, Dictionary<string, string> labels, JsonObject? spec)
    {
        var metadata = new JsonObject { ["name"] = name, ["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))) };
        if (space is not null)
            metadata["namespace"] = space;
        var document = new JsonObject { ["apiVersion"] = version, ["kind"] = kind, ["metadata"] = metadata };
        if (spec is not null)
            document["spec"] = spec;
        return document;
    }

    private static JsonObject Policy(Random random, int number)
    {
        var spec = new JsonObject { ["podSelector"] = Selector(random, "pod") };
        if (random.Next(4) > 0)
            spec["ingress"] = Rules(random, "from");
        if (random.Next(2) > 0)
            spec["egress"] = Rules(random, "to");
        if (random.Next(2) > 0)
            spec["policyTypes"] = random.Next(3) switch { 0 => new JsonArray("Ingress"), 1 => new JsonArray("Egress"), _ => new JsonArray("Ingress", "Egress") };
        return Document("networking.k8s.io/v1", "NetworkPolicy", string.Create(CultureInfo.InvariantCulture, $"p{number}"), Of(random, "x", "y", "z"), [], spec);
    }

    private static JsonArray Rules(Random random, string peers) => List(random, 3, () =>
    {
        var rule = new JsonObject();
        if (random.Next(3) > 0)
            rule[peers] = List(random, 3, () => Peer(random));
        if (random.Next(2) > 0)
            rule["ports"] = List(random, 3, () => Port(random));
        return rule;
    });

    private static JsonObject Peer(Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                return random.Next(3) switch
                {
                    0 => new() { ["ipBlock"] = new JsonObject { ["cidr"] = "192.0.2.0/24", ["except"] = new JsonArray("192.0.2.0/29") } },
                    1 => new() { ["ipBlock"] = new JsonObject { ["cidr"] = "2001:db8::/32" } },
                    _ => new() { ["ipBlock"] = new JsonObject { ["cidr"] = "0.0.0.0/0", ["except"] = new JsonArray("192.0.2.4/30", "192.0.2.128/25") } },
                };
            case 1:
                return new() { ["podSelector"] = Selector(random, "pod") };
            case 2:
                return new() { ["namespaceSelector"] = Selector(random, "ns") };
            default:
                return new() { ["podSelector"] = Selector(random, "pod"), ["namespaceSelector"] = Selector(random, "ns") };
        }
    }

    private static JsonObject Port(Random random)
    {
        var port = new JsonObject();
        if (random.Next(2) > 0)
            port["protocol"] = Of(random, _protocols);
        switch (random.Next(4))
        {
            case 0:
                port["port"] = Of(random, "serve", "nosuch");
                break;
            case 1:
                port["port"] = _ports[random.Next(3)];
                break;
            case 2:
                (port["port"], port["endPort"]) = (80, 80 + random.Next(11));
                break;
        }

        return port;
    }

    private static JsonObject Selector(Random random, string key)
    {
        string[] values = key == "ns" ? ["x", "y", "z"] : ["a", "b", "c"];
        return random.Next(5) switch
        {
            0 => new(),
            1 => new() { ["matchLabels"] = new JsonObject { [key] = Of(random, values) } },
            2 => new() { ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = key, ["operator"] = Of(random, "In", "NotIn"), ["values"] = new JsonArray(values[0], values[random.Next(1, 3)]) }) },
            3 => new() { ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "extra", ["operator"] = Of(random, "Exists", "DoesNotExist") }) },
            _ => new() { ["matchLabels"] = new JsonObject { [key] = Of(random, values) }, ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "extra", ["operator"] = "NotIn", ["values"] = new JsonArray("one") }) },
        };
    }

    private static JsonArray List(Random random, int most, Func<JsonNode> item) => new([.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => item())]);

    private static string Of(Random random, params string[] items) => items[random.Next(items.Length)];
}
