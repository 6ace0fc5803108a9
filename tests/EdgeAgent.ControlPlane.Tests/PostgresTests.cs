using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire.V1;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>The store in a PostgreSQL database, and control planes that share one.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresTests(PostgresCluster cluster) : StoreSuite, IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly Dictionary<string, string> _databases = [];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("DELETE FROM transitions WHERE number > 1", "transitions", 2, "cut off")]
    [InlineData("UPDATE revisions SET author = 'eve' WHERE number = 2", "revisions", 2, "altered")]
    [InlineData("UPDATE documents SET document = 'kind: Nothing'", "documents", 1, "is not the one")]
    [InlineData("UPDATE heads SET number = number - 1; DELETE FROM transitions WHERE number = 3", "revisions", 2, "signed")]
    public void Who_has_rights_on_the_database_but_no_key_cannot_change_the_logs_unseen(string tampering, string log, long number, string what)
    {
        using (var store = Open("store"))
        {
            var model = new SortedDictionary<Policy.ResourceKey, Storage.Document>();
            for (var i = 1; i <= 3; i++)
                store.Revisions.Append(Next(new Random(i), new(i), model, "always there"));
            store.Transitions.Append([.. Enumerable.Range(1, 3).Select(i => Transition(new("default", "a"), i))]);
            Assert.Empty(store.Findings());
        }

        Tamper("store", tampering);
        using var again = Open("store");
        var finding = again.Findings()[0];
        Assert.Equal(log, finding.Log);
        Assert.InRange(finding.Number, number, 3);
        Assert.Contains(what, finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_control_plane_without_the_key_of_the_first_is_refused()
    {
        using (var store = Open("store"))
            store.Revisions.Append(new(new(1), DateTimeOffset.UnixEpoch, "ada", "", []));
        var refusal = Assert.Throws<StoreException>(() => Store.Open(_directory["elsewhere"], 0, postgres: _databases["store"]));
        Assert.Contains(AuditKey.Name, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=nobody;Database=none", false, "cannot be reached")]
    [InlineData("Hots=127.0.0.1", true, "store.connection")]
    public void A_database_that_is_not_there_or_not_well_named_is_said(string connection, bool badInput, string message)
    {
        var refusal = Assert.Throws<StoreException>(() => Store.Open(_directory["data"], 0, postgres: connection));
        Assert.Equal(badInput ? StoreFailure.Foreign : StoreFailure.Failed, refusal.Failure);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_planes_that_share_a_database_follow_each_other_and_lose_no_change_of_any()
    {
        var database = cluster.CreateDatabase();
        await using var one = await StartAsync(database);
        await using var two = await StartAsync(database, one.DataDirectory);
        await using var agent = await TestAgent.ConnectAsync(two.Channel(), TestAgent.FactsOf("a", "10.0.0.1", ("app", "b")));
        await agent.SyncAsync(1);

        var revision = await one.AcceptAsync(Yaml.Policy("p", "a", "b"));
        await agent.SyncAsync(revision);
        Assert.NotEmpty(agent.Policy!.Inbound);
        await two.Admin.QuarantineAsync(new() { Host = "a" });
        await agent.SyncAsync(revision + 1);
        Assert.Equal(EnforcementMode.Quarantine, agent.Policy.Mode);

        // Both write at once: each change is one revision, none is lost.
        var names = new[] { one, two }.SelectMany((server, index) => Enumerable.Range(0, 25).Select(i => (server, name: $"h-{index}-{i}", address: $"10.{index + 1}.0.{i}"))).ToList();
        await Task.WhenAll(names.GroupBy(change => change.server).Select(async group =>
        {
            foreach (var (server, name, address) in group)
                await server.AcceptAsync(Yaml.Host(name, address, "x"));
        }));
        foreach (var server in (TestServer[])[one, two])
        {
            await Eventually.HoldsAsync(async () => (await server.Admin.ListAsync(new())).Revision == revision + 1 + names.Count, "all revisions arrived");
            var all = (await server.Admin.ListAsync(new())).Resources.Select(resource => resource.Key.Name).ToHashSet();
            Assert.Subset(all, names.Select(change => change.name).ToHashSet());
        }

        await agent.SyncAsync(revision + 1 + names.Count);
        Assert.Empty((await one.Admin.VerifyAuditAsync(new())).Findings);
    }

    [Fact]
    public async Task An_agent_whose_control_plane_is_gone_is_served_by_another_from_where_it_was()
    {
        var database = cluster.CreateDatabase();
        await using var two = await StartAsync(database);
        HostPolicy? held;
        await using (var one = await StartAsync(database, two.DataDirectory))
        {
            await one.AcceptAsync(Yaml.Policy("p", "a", "b"));
            await using var agent = await TestAgent.ConnectAsync(one.Channel(), TestAgent.FactsOf("a", "10.0.0.1", ("app", "b")));
            await agent.SyncAsync(2);
            held = agent.Policy;
        }

        await using var moved = await TestAgent.ConnectAsync(two.Channel(), TestAgent.FactsOf("a", "10.0.0.1", ("app", "b")), held);
        await moved.SyncAsync(2);
        Assert.Equal(0, moved.Count(ServerMessage.MessageOneofCase.Snapshot));
        await moved.SyncAsync(await two.AcceptAsync(Yaml.Policy("p", "a", "b", 8080)));
    }

    internal override Store Open(string name)
    {
        if (!_databases.TryGetValue(name, out var connection))
            _databases[name] = connection = cluster.CreateDatabase();
        return Store.Open(_directory[name], 0, postgres: connection);
    }

    protected override void Tamper(string name, string sql) =>
        PostgresCluster.Execute(_databases[name], sql.Replace("PRAGMA foreign_keys = OFF", "SET session_replication_role = replica", StringComparison.Ordinal));

    // The second of two has a directory of its own, with the keys of the first.
    private static async Task<TestServer> StartAsync(string database, string? keysFrom = null, bool expectsErrors = false) => await TestServer.StartAsync(
        plain =>
        {
            if (keysFrom is not null)
            {
                Directory.CreateDirectory(plain.DataDirectory);
                foreach (var key in Directory.GetFiles(keysFrom, "*.pem"))
                    File.Copy(key, Path.Combine(plain.DataDirectory, Path.GetFileName(key)));
            }

            return plain with { Postgres = database };
        },
        expectsErrors);
}
