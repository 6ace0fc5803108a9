using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>
/// Documents made up at random, from the reader to what both ends enforce, against an evaluator that reads the documents themselves.
/// <c>EDGEAGENT_WORLDS</c> asks for more worlds.
/// </summary>
public sealed class RawWorldTests(ITestOutputHelper output)
{
    private const int FlowsPerWorld = 120;

    [Fact]
    public void NetworkPolicies_mean_what_they_say() => Check(150, dice =>
    {
        var (world, policies) = (new WorldDocuments(dice), new NetworkPolicyDocuments(dice));
        return [.. world.Namespaces(), .. world.Hosts(dice.Number(3, 6), 0), .. world.Pods(), .. Enumerable.Range(1, dice.Number(1, 5)).Select(number => policies.Policy($"p{number}"))];
    });

    [Fact]
    public void Calicos_policies_mean_what_they_say() => Check(200, dice =>
    {
        var (world, services) = (new WorldDocuments(dice), new ServiceDocuments(dice));
        List<JsonObject> workloads = [.. world.Hosts(dice.Number(3, 6), dice.Number(0, 2)), .. world.Pods()];
        var sets = world.Sets().ToList();
        // Services that select the labels of sets, too: the addresses of these are behind none.
        List<JsonObject> known = [.. world.Namespaces(), .. workloads, .. sets, .. services.Services([.. workloads, .. sets, .. sets, .. sets])];
        var calico = new CalicoDocuments(dice, services.Known);
        var tiers = calico.Tiers();
        return [.. known, .. tiers, .. Policies(calico, tiers, dice.Number(1, 6))];
    });

    [Fact]
    public void Policies_of_the_network_policy_api_mean_what_they_say() => Check(100, dice =>
    {
        var (world, cluster) = (new WorldDocuments(dice), new ClusterPolicyDocuments(dice));
        return [.. world.Namespaces(), .. world.Hosts(dice.Number(3, 6), dice.Number(0, 1)), .. world.Pods(), .. Policies(cluster, dice)];
    });

    [Fact]
    public void AuthorizationPolicies_mean_what_they_say_of_connections() => Check(150, dice =>
    {
        var (world, authorization) = (new WorldDocuments(dice), new AuthorizationDocuments(dice));
        var hosts = world.Hosts(dice.Number(3, 6), 0).ToList();
        return [.. world.Namespaces(), .. hosts, .. authorization.Entries(hosts), .. world.Pods(), .. Enumerable.Range(1, dice.Number(1, 4)).Select(number => authorization.Policy($"p{number}"))];
    });

    [Fact]
    public void Routes_mean_what_they_say_of_connections()
    {
        var derived = Check(["Service", "ServiceEntry", "WorkloadEntry", "DestinationRule", "Gateway", "VirtualService", "RouteRule"], RawTraffic.Connections, 80, dice => new MeshDocuments(dice).Routes());
        Assert.True(derived is { Passed: > 30, Closed: > 30 }, $"{derived}");
    }

    [Fact]
    public void Sidecars_mean_what_they_say_of_connections()
    {
        var derived = Check(["Service", "ServiceEntry", "WorkloadEntry", "EgressRule", "Sidecar"], RawTraffic.Connections, 80, dice => new MeshDocuments(dice).Clients());
        Assert.True(derived is { Passed: > 30, Closed: > 30 }, $"{derived}");
    }

    [Fact]
    public void All_of_them_together_keep_one_order() => Check(150, dice =>
    {
        var (world, kubernetes, cluster, calico, authorization) = (new WorldDocuments(dice), new NetworkPolicyDocuments(dice), new ClusterPolicyDocuments(dice), new CalicoDocuments(dice, []), new AuthorizationDocuments(dice));
        var tiers = calico.Tiers();
        return
        [
            .. world.Namespaces(), .. world.Hosts(dice.Number(3, 6), dice.Number(0, 2)), .. world.Pods(), .. world.Sets(), .. tiers,
            .. Policies(cluster, dice), .. Policies(calico, tiers, dice.Number(1, 3)), .. Enumerable.Range(1, dice.Number(1, 3)).Select(number => kubernetes.Policy($"p{number}")),
            .. Enumerable.Range(1, dice.Number(0, 1)).Select(number => authorization.Policy($"p{number}")),
        ];
    });

    private static IEnumerable<JsonObject> Policies(CalicoDocuments calico, List<JsonObject> tiers, int count) =>
        Enumerable.Range(1, count).Select(number => calico.Policy($"p{number}", tiers));

    private static IEnumerable<JsonObject> Policies(ClusterPolicyDocuments cluster, DocumentDice dice) =>
    [
        .. Enumerable.Range(1, dice.Number(0, 2)).Select(number => cluster.Admin($"p{number}")),
        .. Enumerable.Range(1, dice.Number(0, 3)).Select(number => cluster.Cluster($"p{number}")),
        .. Enumerable.Range(1, dice.Number(0, 1)).Select(_ => cluster.Baseline()),
    ];

    private void Check(int worlds, Func<DocumentDice, List<JsonObject>> make) => Check([], RawTraffic.Any, worlds, make);

    private (int Passed, int Closed) Check(string[] kinds, RawTraffic traffic, int worlds, Func<DocumentDice, List<JsonObject>> make)
    {
        var (allowed, denied, derived, missing) = (0, 0, (Passed: 0, Closed: 0), kinds.ToHashSet());
        worlds = Environment.GetEnvironmentVariable("EDGEAGENT_WORLDS") is { } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : worlds;
        for (var seed = 0; seed < worlds; seed++)
        {
            var dice = new DocumentDice(new Random(seed));
            var documents = dice.Shuffled(make(dice));
            var text = DocumentText.Of(documents, seed % 3);
            var comparison = RawComparison.Of(text, documents, out var errors);
            Assert.True(comparison is not null, $"seed {seed}: {errors}\n{text}");
            missing.ExceptWith(documents.Select(document => (string)document["kind"]!));
            foreach (var flow in new RawFlows(dice, new(documents), traffic).Some(FlowsPerWorld))
            {
                if (comparison.Difference(flow) is { } difference)
                    Assert.Fail($"seed {seed}: {difference}\nsmall: {RawReduction.Smallest(documents, fewer => RawComparison.Of(DocumentText.Of(fewer, seed % 3), fewer, out _)?.Difference(flow))}");
            }

            (allowed, denied) = (allowed + comparison.Seen.Allowed, denied + comparison.Seen.Denied);
            derived = (derived.Passed + comparison.Derived.Passed, derived.Closed + comparison.Derived.Closed);
        }

        output.WriteLine($"{worlds} worlds: {allowed} flows allowed, {denied} denied; where routes or Sidecars close, {derived.Passed} halves left open and {derived.Closed} not");
        Assert.True(allowed > worlds * 5 && denied > worlds * 5, $"{allowed} allowed, {denied} denied");
        Assert.True(missing.Count == 0, $"no world has {string.Join(", ", missing)}");
        return derived;
    }
}
