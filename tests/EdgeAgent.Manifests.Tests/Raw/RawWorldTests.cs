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
    public void NetworkPolicies_mean_what_they_say()
    {
        var seen = Check(["Namespace", "Pod", "NetworkPolicy", "StagedKubernetesNetworkPolicy"], RawTraffic.Any, 150, dice =>
        {
            var (world, policies) = (new WorldDocuments(dice), new NetworkPolicyDocuments(dice));
            return [.. world.Namespaces(), .. world.Hosts(dice.Number(3, 6), 0), .. world.Pods(), .. Enumerable.Range(1, dice.Number(1, 5)).Select(number => policies.Policy($"p{number}"))];
        });
        Assert.True(seen is { Alone: > 100, Audited: > 100 }, $"{seen}");
    }

    [Fact]
    public void BookendPolicies_mean_what_they_say()
    {
        var seen = Check(["Host", "HostEndpoint", "Pod", "NetworkSet", "WorkloadEntry", "BookendPolicy"], RawTraffic.Any, 200, dice =>
        {
            var (world, policies) = (new WorldDocuments(dice), new BookendDocuments(dice));
            var hosts = world.Hosts(dice.Number(3, 6), dice.Number(0, 1)).ToList();
            return
            [
                .. world.Namespaces(), .. hosts, .. new ServiceDocuments(dice).Entries(hosts.FindAll(host => (string?)host["kind"] == "Host")), .. world.Pods(), .. world.Sets(),
                .. Enumerable.Range(1, dice.Number(1, 5)).Select(number => policies.Policy($"p{number}")),
            ];
        });
        Assert.True(seen is { Alone: > 100, Audited: > 100 }, $"{seen}");
    }

    [Fact]
    public void Calicos_policies_mean_what_they_say() => Check(["Pod", "NetworkSet", "GlobalNetworkSet", "HostEndpoint", "Service", "EndpointSlice", "Tier", "GlobalNetworkPolicy", "NetworkPolicy", "StagedNetworkPolicy"], RawTraffic.Any, 200, dice =>
    {
        var (world, services) = (new WorldDocuments(dice), new ServiceDocuments(dice));
        List<JsonObject> workloads = [.. world.Hosts(dice.Number(3, 6), dice.Number(0, 2)), .. world.Pods()];
        var entries = services.Entries(workloads.FindAll(workload => (string?)workload["kind"] == "Host"));
        var sets = world.Sets().ToList();
        // Services that select the labels of sets, too: the addresses of these are behind none.
        var named = services.Services([.. workloads, .. sets, .. sets, .. sets]);
        List<JsonObject> known = [.. world.Namespaces(), .. workloads, .. entries, .. sets, .. named, .. new SliceDocuments(dice, workloads).Slices(named)];
        var calico = new CalicoDocuments(dice, services.Known);
        var tiers = calico.Tiers();
        return [.. known, .. tiers, .. Policies(calico, tiers, dice.Number(1, 6))];
    });

    [Fact]
    public void Endpoints_hold_on_their_interfaces_and_what_passes_through_meets_what_applies_on_forward()
    {
        var seen = Check(["Host", "HostEndpoint", "GlobalNetworkPolicy", "NetworkPolicy"], RawTraffic.Any, 150, dice =>
        {
            var world = new WorldDocuments(dice) { HasInterfaces = true };
            var (calico, kubernetes) = (new CalicoDocuments(dice, []), new NetworkPolicyDocuments(dice));
            var tiers = calico.Tiers();
            return
            [
                .. world.Namespaces(), .. world.Hosts(dice.Number(4, 6), dice.Number(1, 3)), .. world.Sets(), .. tiers, .. Policies(calico, tiers, dice.Number(2, 5)),
                .. Enumerable.Range(1, dice.Number(0, 1)).Select(number => kubernetes.Policy($"p{number}")),
            ];
        }, through: 60);
        Assert.True(seen is { Forwarded: > 500, Kept: > 200 }, $"{seen}");
    }

    [Fact]
    public void Policies_of_the_network_policy_api_mean_what_they_say() => Check(["Pod", "WorkloadEntry", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"], RawTraffic.Any, 100, dice =>
    {
        var (world, cluster) = (new WorldDocuments(dice), new ClusterPolicyDocuments(dice));
        var hosts = world.Hosts(dice.Number(3, 6), dice.Number(0, 1)).ToList();
        return [.. world.Namespaces(), .. hosts, .. new ServiceDocuments(dice).Entries(hosts.FindAll(host => (string?)host["kind"] == "Host")), .. world.Pods(), .. Policies(cluster, dice)];
    });

    [Fact]
    public void AuthorizationPolicies_mean_what_they_say_of_connections() => Check(["Pod", "WorkloadEntry", "WorkloadGroup", "AuthorizationPolicy"], RawTraffic.Any, 150, dice =>
    {
        var (world, authorization) = (new WorldDocuments(dice), new AuthorizationDocuments(dice));
        var hosts = world.Hosts(dice.Number(3, 6), 0).ToList();
        return [.. world.Namespaces(), .. hosts, .. authorization.Entries(hosts), .. new GroupDocuments(dice).Groups(hosts), .. world.Pods(), .. Enumerable.Range(1, dice.Number(1, 4)).Select(number => authorization.Policy($"p{number}"))];
    });

    [Fact]
    public void Routes_mean_what_they_say_of_connections()
    {
        var seen = Check(["Service", "EndpointSlice", "ServiceEntry", "WorkloadEntry", "WorkloadGroup", "Pod", "DestinationRule", "Gateway", "VirtualService", "RouteRule"], RawTraffic.Connections, 80, dice => new MeshDocuments(dice).Routes());
        Assert.True(seen is { Passed: > 30, Closed: > 30 }, $"{seen}");
    }

    [Fact]
    public void Sidecars_mean_what_they_say_of_connections()
    {
        var seen = Check(["Service", "EndpointSlice", "ServiceEntry", "WorkloadEntry", "WorkloadGroup", "Pod", "EgressRule", "Sidecar"], RawTraffic.Connections, 80, dice => new MeshDocuments(dice).Clients());
        Assert.True(seen is { Passed: > 30, Closed: > 30 }, $"{seen}");
    }

    [Fact]
    public void All_of_them_together_keep_one_order() => Check(["Pod", "NetworkSet", "Tier", "AdminNetworkPolicy", "GlobalNetworkPolicy", "NetworkPolicy", "StagedNetworkPolicy", "BookendPolicy", "AuthorizationPolicy"], RawTraffic.Any, 150, dice =>
    {
        var (world, native, kubernetes, cluster, calico, authorization) = (new WorldDocuments(dice), new BookendDocuments(dice), new NetworkPolicyDocuments(dice), new ClusterPolicyDocuments(dice), new CalicoDocuments(dice, []), new AuthorizationDocuments(dice));
        var tiers = calico.Tiers();
        return
        [
            .. world.Namespaces(), .. world.Hosts(dice.Number(3, 6), dice.Number(0, 2)), .. world.Pods(), .. world.Sets(), .. tiers,
            .. Policies(cluster, dice), .. Policies(calico, tiers, dice.Number(1, 3)), .. Enumerable.Range(1, dice.Number(1, 3)).Select(number => kubernetes.Policy($"p{number}")),
            .. Enumerable.Range(1, dice.Number(0, 1)).Select(number => authorization.Policy($"p{number}")), .. Enumerable.Range(1, dice.Number(0, 2)).Select(number => native.Policy($"p{number}")),
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

    private RawTally Check(string[] kinds, RawTraffic traffic, int worlds, Func<DocumentDice, List<JsonObject>> make, int through = 0)
    {
        var (seen, missing) = (default(RawTally), kinds.ToHashSet());
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

            foreach (var (flow, machine, arriving, leaving) in new RawFlows(dice, new(documents), traffic).Through(through))
            {
                if (comparison.Difference(flow, machine, arriving, leaving) is { } difference)
                    Assert.Fail($"seed {seed}: {difference}\nsmall: {RawReduction.Smallest(documents, fewer => RawComparison.Of(DocumentText.Of(fewer, seed % 3), fewer, out _)?.Difference(flow, machine, arriving, leaving))}");
            }

            seen += comparison.Seen;
        }

        output.WriteLine($"{worlds} worlds: {seen}");
        Assert.True(seen.Allowed > worlds * 5 && seen.Denied > worlds * 5, $"{seen}");
        Assert.True(missing.Count == 0, $"no world has {string.Join(", ", missing)}");
        return seen;
    }
}
