using EdgeAgent.ControlPlane.Tests.ApiServer;
using static EdgeAgent.ControlPlane.Tests.FollowedCluster;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Of control planes that share a database one follows a cluster.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SharedClusterTests(PostgresCluster postgres)
{
    [Fact]
    public async Task One_control_plane_follows_a_cluster_and_another_takes_over()
    {
        var database = postgres.CreateDatabase();
        await using var api = await TestApiServer.StartAsync();
        api.Set(Pods, ApiObjects.Pod("shop", "web-0", "10.244.0.100", "web"));
        await using var two = await StartAsync(database, null, api);
        await SyncedAsync(two);
        await using (var one = await StartAsync(database, two.DataDirectory, api))
        {
            api.Set(Pods, ApiObjects.Pod("shop", "web-1", "10.244.0.1", "web"));
            await PodsAsync(2, one, two);
            Assert.Equal((false, 2), ((await ClustersAsync(one))[0].FollowedHere, (await ClustersAsync(one))[0].Resources));

            // The session that holds the claim is gone: whoever has it next goes on.
            PostgresCluster.Execute(database, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid <> 0 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
            api.Set(Pods, ApiObjects.Pod("shop", "web-2", "10.244.0.2", "web"));
            await PodsAsync(3, one, two);
        }

        await Eventually.HoldsAsync(async () => (await ClustersAsync(two))[0] is { FollowedHere: true, Synced: true }, "the one that is left follows");
        api.Delete(Pods, "shop/web-1");
        await PodsAsync(2, two);
        Assert.Equal([1, 1, 1, 1], (await RevisionsAsync(two)).Select(revision => revision.Changes.Count));
        Assert.Empty((await two.Admin.VerifyAuditAsync(new())).Findings);
    }

    private static async Task PodsAsync(int count, params TestServer[] servers)
    {
        foreach (var server in servers)
            await Eventually.HoldsAsync(async () => (await NamesAsync(server, "Pod")).Count == count, $"{count} pods are there");
    }

    private static Task<TestServer> StartAsync(string database, string? keysFrom, TestApiServer api) => TestServer.StartAsync(plain =>
    {
        if (keysFrom is not null)
        {
            Directory.CreateDirectory(plain.DataDirectory);
            foreach (var key in Directory.GetFiles(keysFrom, "*.pem"))
                File.Copy(key, Path.Combine(plain.DataDirectory, Path.GetFileName(key)));
        }

        return plain with { Postgres = database, Clusters = [Of(api)] };
    });
}
