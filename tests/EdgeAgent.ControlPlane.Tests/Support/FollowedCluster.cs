using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Tests.ApiServer;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Control planes that follow test API servers, without the patience that real ones deserve.</summary>
internal static class FollowedCluster
{
    public const string Pods = "api/v1/pods";
    public const string Namespaces = "api/v1/namespaces";
    public const string ServicePath = "api/v1/services";
    public const string Policies = "apis/networking.k8s.io/v1/networkpolicies";
    public const string GlobalPolicies = "apis/projectcalico.org/v3/globalnetworkpolicies";
    public const string Tiers = "apis/projectcalico.org/v3/tiers";

    public static ClusterConfiguration Of(TestApiServer api, string name = "east", string prefix = "") => new(name, api.Address)
    {
        Prefix = prefix,
        Patience = new()
        {
            FirstRetry = TimeSpan.FromMilliseconds(5),
            MostRetry = TimeSpan.FromMilliseconds(50),
            LookAgain = TimeSpan.FromMilliseconds(200),
        },
    };

    public static Task<TestServer> StartAsync(params ClusterConfiguration[] clusters) =>
        TestServer.StartAsync(plain => plain with { Clusters = clusters.ToEquatableArray() });

    /// <summary>The clusters as administrators see them.</summary>
    public static async Task<IReadOnlyList<ClusterStatus>> ClustersAsync(TestServer server) => (await server.Admin.ListClustersAsync(new())).Clusters;

    /// <summary>Waits until all kinds of all clusters are known, and what was known is stored.</summary>
    public static Task SyncedAsync(TestServer server) => Eventually.HoldsAsync(
        async () => (await ClustersAsync(server)).All(cluster => cluster is { Synced: true, Revision: > 0 }), "all clusters are known and stored");

    /// <summary>The names of a kind in force, as namespace/name.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync(TestServer server, string kind) =>
        [.. (await server.Admin.ListAsync(new() { Kind = kind })).Resources.Select(resource => $"{resource.Key.Namespace}/{resource.Key.Name}")];

    /// <summary>The document of a resource; null for none.</summary>
    public static async Task<string?> YamlAsync(TestServer server, string kind, string space, string name) =>
        (await server.Admin.ListAsync(new() { Kind = kind, Namespace = space })).Resources.FirstOrDefault(resource => resource.Key.Name == name)?.Yaml;

    /// <summary>The revisions that an author made, the oldest first.</summary>
    public static async Task<IReadOnlyList<RevisionEntry>> RevisionsAsync(TestServer server, string author = "cluster:east") =>
        [.. (await server.Admin.HistoryAsync(new() { Limit = 1000 })).Revisions.Where(entry => entry.Author == author).Reverse()];
}
