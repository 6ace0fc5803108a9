using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Nodes;
using EdgeAgent.ControlPlane.Tests.ApiServer;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;
using static EdgeAgent.ControlPlane.Tests.FollowedCluster;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Whatever goes wrong between an API server and the control plane, in the end the store has what the server has.</summary>
public sealed class ClusterFaultTests
{
    private static readonly string[] _spaces = ["shop", "bank"];
    private static readonly string[] _phases = ["Running", "Running", "Running", "Succeeded"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_any_faults_and_changes_the_store_has_what_the_server_has(int seed)
    {
        var random = new Random(seed);
        await using var api = await TestApiServer.StartAsync(seed);
        api.IsAbsent = static path => path.Contains("istio", StringComparison.Ordinal) || path.Contains("crd.", StringComparison.Ordinal);
        for (var i = 0; i < 20; i++)
            Change(api, random);
        api.Faults = ApiFaults.Many;
        await using var server = await StartAsync(Of(api));
        for (var round = 0; round < 60; round++)
        {
            for (var changes = random.Next(12); changes > 0; changes--)
                Change(api, random);
            if (random.Next(8) == 0)
                api.Compact();
            await Task.Delay(random.Next(40));
        }

        api.Faults = ApiFaults.None;
        IReadOnlyList<string> stored = [], expected = Expected(api);
        try
        {
            await Eventually.HoldsAsync(
                async () =>
                {
                    stored = Described((await server.Admin.ListAsync(new())).Resources.Select(resource => resource.Yaml));
                    return stored.SequenceEqual(expected);
                },
                "the store has what the server has");
        }
        catch (Xunit.Sdk.XunitException e)
        {
            Assert.Fail($"seed {seed}: {e.Message}\nonly the store: {string.Join("; ", stored.Except(expected))}\nonly the server: {string.Join("; ", expected.Except(stored))}");
        }

        var revisions = await RevisionsAsync(server);
        Assert.NotEmpty(revisions);
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);
        // Whatever was relisted, nothing was written that was there already.
        Assert.All(revisions, revision => Assert.NotEmpty(revision.Changes));
    }

    private static void Change(TestApiServer api, Random random)
    {
        var (space, number) = (_spaces[random.Next(2)], random.Next(25));
        switch (random.Next(10))
        {
            case < 5:
                var address = random.Next(6) == 0 ? null : $"10.{random.Next(3)}.{random.Next(4)}.{number}";
                api.Set(Pods, ApiObjects.Pod(space, $"pod-{number}", address, $"app-{random.Next(3)}", _phases[random.Next(_phases.Length)]));
                break;
            case < 7:
                api.Delete(Pods, $"{space}/pod-{number}");
                break;
            case 7:
                api.Set(Namespaces, ApiObjects.Namespace(space, ("team", $"{random.Next(3)}")));
                break;
            case 8 when random.Next(2) == 0:
                api.Delete(Policies, $"{space}/policy-{number % 5}");
                break;
            case 8:
                api.Set(Policies, ApiObjects.Policy(space, $"policy-{number % 5}", $"app-{random.Next(3)}", "db", 1 + random.Next(3)));
                break;
            default:
                // A policy may be there before its tier, and a tier may go first; both are there in the end.
                api.Set(GlobalPolicies, ApiObjects.GlobalPolicy($"global-{number % 3}", "security"));
                if (random.Next(3) == 0)
                    api.Delete(Tiers, "/security");
                api.Set(Tiers, ApiObjects.Tier("security", random.Next(3)));
                break;
        }
    }

    // Written from what the server has, without the code that reads it: pods that are peers, with address and labels.
    private static List<string> Expected(TestApiServer api)
    {
        var pods = api.Objects(Pods).Values
            .Where(pod => pod["status"]!["podIP"] is not null && (string?)pod["status"]!["phase"] != "Succeeded")
            .Select(pod => $"Pod {Name(pod)} {pod["status"]!["podIP"]}/32 app={pod["metadata"]!["labels"]!["app"]},edgeagent.io/cluster=east");
        var namespaces = api.Objects(Namespaces).Values.Select(item => $"Namespace {item["metadata"]!["name"]} team={item["metadata"]!["labels"]!["team"]}");
        var policies = api.Objects(Policies).Values.Select(item =>
            $"NetworkPolicy {Name(item)} {item["spec"]!["ingress"]![0]!["from"]![0]!["podSelector"]!["matchLabels"]!["app"]} {item["spec"]!["ingress"]![0]!["ports"]![0]!["port"]}");
        var calico = api.Objects(GlobalPolicies).Values.Select(item => $"GlobalNetworkPolicy {item["metadata"]!["name"]}");
        var tiers = api.Objects(Tiers).Values.Select(item => $"Tier {item["metadata"]!["name"]} {item["spec"]!["order"]}");
        return [.. pods.Concat(namespaces).Concat(policies).Concat(calico).Concat(tiers).Order(StringComparer.Ordinal)];

        static string Name(JsonObject item) => $"{item["metadata"]!["namespace"]}/{item["metadata"]!["name"]}";
    }

    [SuppressMessage("Globalization", "CA1305", Justification = "numbers of tests")]
    private static List<string> Described(IEnumerable<string> documents) =>
    [
        .. ManifestReader.Read(documents.Select((text, i) => new ManifestFile($"{i}", Encoding.UTF8.GetBytes(text)))).Resources
            .Select(resource => resource.Model)
            .Select(model => model switch
            {
                EndpointResource pod => $"{pod.Key} {string.Join(',', pod.Addresses)} {pod.Labels}",
                NamespaceResource space => $"{space.Key} {space.Labels}",
                TierResource tier => $"{tier.Key} {tier.Order}",
                PolicyResource { Key.Kind: "NetworkPolicy" } policy => $"{policy.Key} {policy.Ingress!.Rules[0].Peers!.Value[0].Endpoints!.Selector.ToString().Split('"')[1]} {policy.Ingress.Rules[0].Traffic!.Value[0].Ports!.Ranges[0].First}",
                var other => $"{other.Key}",
            })
            .Order(StringComparer.Ordinal),
    ];
}
