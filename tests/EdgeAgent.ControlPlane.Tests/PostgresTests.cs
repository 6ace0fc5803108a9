using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using HostState = EdgeAgent.Wire.V1.HostState;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>The store in a PostgreSQL database, and control planes that share one.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresTests(PostgresCluster cluster) : StoreSuite, IDisposable
{
    // Each operation is a connection of its own.
    protected override int Worlds => 5;

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
    public async Task An_authority_that_one_control_plane_changes_is_changed_at_all_of_them()
    {
        var database = cluster.CreateDatabase();
        await using var one = await StartAsync(database, isSecure: true);
        await using var two = await StartAsync(database, one.DataDirectory, isSecure: true);
        var (first, second) = (TrustedClients.AdminOf(one), TrustedClients.AdminOf(two));
        using var host = await TrustedClients.EnrolAsync(one, first, "a");
        using var old = TrustedClients.Authority(one);
        await using var agent = await TestAgent.ConnectAsync(TrustedClients.Secure(two, host, old), TestAgent.FactsOf("a", "10.0.0.1"));
        await agent.SyncAsync();
        await OrderAsync(first, AuthorityOrder.Prepare);
        await Eventually.HoldsAsync(() => agent.Messages.Any(message => message.Command?.RenewCertificate is not null), "the host is asked to renew by the other control plane");

        // Whoever is asked, all of them are waited for.
        await OrderAsync(second, AuthorityOrder.Activate, force: true);
        await Eventually.HoldsAsync(async () => (await first.ListAuthoritiesAsync(new())).Authorities[0].State == AuthorityState.Issuing
            && TrustedClients.Authority(one).Thumbprint == TrustedClients.Authority(two).Thumbprint && TrustedClients.Authority(one).Thumbprint != old.Thumbprint, "both issue from the next one");
        using var later = await TrustedClients.EnrolAsync(one, first, "b");
        await using var elsewhere = await TestAgent.ConnectAsync(TrustedClients.Secure(two, later), TestAgent.FactsOf("b", "10.0.0.2"));
        await elsewhere.SyncAsync();
        await OrderAsync(TrustedClients.AdminOf(one), AuthorityOrder.Retire, force: true);
        Assert.Contains("retired", (await agent.EndAsync()).Detail, StringComparison.Ordinal);
        Assert.Null(elsewhere.End);

        // Orders are refused for a moment, while the others have not said that they followed.
        static async Task OrderAsync(AdminService.AdminServiceClient admin, AuthorityOrder order, bool force = false) => await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await admin.OrderAuthorityAsync(new() { Order = order, Force = force });
                    return true;
                }
                catch (RpcException e) when (e.Status.Detail.Contains("control planes", StringComparison.Ordinal))
                {
                    return false;
                }
            },
            $"{order}");
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

    [Fact]
    public async Task Any_control_plane_tells_where_all_hosts_stand_also_when_they_move_or_their_control_plane_dies()
    {
        var database = cluster.CreateDatabase();
        await using var one = await StartAsync(database);
        await using var agent = await TestAgent.ConnectAsync(one.Channel(), TestAgent.FactsOf("a", "10.0.0.1"));
        await agent.SyncAsync(1);
        await agent.ReportAsync();
        using var two = await ProcessAsync(database, one.DataDirectory);
        await using var stays = await TestAgent.ConnectAsync(two.Channel, TestAgent.FactsOf("b", "10.0.0.2"));
        await stays.SyncAsync(2);
        await using var moves = await TestAgent.ConnectAsync(two.Channel, TestAgent.FactsOf("c", "10.0.0.3"));
        await moves.SyncAsync(3);
        await stays.SyncAsync(3);
        await agent.SyncAsync(3);
        foreach (var each in (TestAgent[])[agent, stays, moves])
            await each.ReportAsync();
        await StandAsync(one.Admin, HostState.Realized, HostState.Realized, HostState.Realized);
        await StandAsync(two.Admin, HostState.Realized, HostState.Realized, HostState.Realized);

        await moves.DisposeAsync();
        await using var moved = await TestAgent.ConnectAsync(one.Channel(), TestAgent.FactsOf("c", "10.0.0.3"), moves.Policy);
        await moved.SyncAsync(3);
        await moved.ReportAsync();
        await StandAsync(two.Admin, HostState.Realized, HostState.Realized, HostState.Realized);
        two.Kill();
        await StandAsync(one.Admin, HostState.Realized, HostState.Disconnected, HostState.Realized);
        await Eventually.HoldsAsync(
            async () => (await one.Admin.StatusHistoryAsync(new() { Namespace = "default", Name = "b" })).Transitions.LastOrDefault()?.State == HostState.Disconnected,
            "the end of its connection is in the log");
        Assert.Empty((await one.Admin.VerifyAuditAsync(new())).Findings);

        static Task StandAsync(AdminService.AdminServiceClient admin, params HostState[] states) => Eventually.HoldsAsync(
            async () => (await admin.StatusAsync(new())).Hosts.Select(host => host.Status.State).SequenceEqual(states), $"hosts stand {string.Join(", ", states)}");
    }

    [Fact]
    public async Task A_rollout_is_followed_by_all_control_planes_and_goes_on_when_the_one_that_drives_it_dies()
    {
        var database = cluster.CreateDatabase();
        await using var one = await StartAsync(database);
        await one.AcceptAsync(TestFleet.World(8, 8080));
        using var two = await ProcessAsync(database, one.DataDirectory);
        var rollouts = new RolloutService.RolloutServiceClient(two.Channel);
        await using var fleet = new TestFleet();
        await fleet.ConnectAsync(one.Channel(), 8);
        var first = await RolloutTests.CommitAsync(one, "2,100%", client: rollouts);
        Assert.Equal((first, RolloutState.Completed), ((await RolloutTests.EndAsync(one)).Rollout, (await RolloutTests.EndAsync(one)).State));
        await Eventually.HoldsAsync(() => fleet.Holding(9090).Count == 8, "all hosts of the other control plane have the change");

        // The one that is left alone drives; the other comes back to a rollout that is under way, and takes it over.
        await RolloutTests.SaveAsync(one, "back", TestFleet.World(8, 8080));
        await one.RestartAsync(async () =>
        {
            await rollouts.CommitDraftAsync(new() { Waves = "3,100%", Soak = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMilliseconds(300)) });
            await rollouts.OrderRolloutAsync(new() { Order = RolloutOrder.Pause });
            await Task.Delay(1000);
        });
        await fleet.ReconnectAsync(() => one.Channel());
        await Eventually.HoldsAsync(() => (fleet.Holding(8080).Count, fleet.Holding(9090).Count) == (3, 5), "the first wave");
        two.Kill();
        await one.Rollouts.OrderRolloutAsync(new() { Order = RolloutOrder.Resume });
        Assert.Equal(RolloutState.Completed, (await RolloutTests.EndAsync(one)).State);
        await Eventually.HoldsAsync(() => fleet.Holding(8080).Count == 8, "all hosts");
        Assert.Empty((await one.Admin.VerifyAuditAsync(new())).Findings);
    }

    [Fact]
    public async Task A_database_that_is_killed_refuses_changes_hosts_are_served_on_and_all_recovers_with_it()
    {
        using var own = new PostgresCluster();
        await using var server = await StartAsync(own.CreateDatabase(), expectsErrors: true);
        var acknowledged = await server.AcceptAsync(Yaml.Policy("p", "a", "b"));
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("a", "10.0.0.1", ("app", "b")));
        await agent.SyncAsync(acknowledged + 1);

        own.Kill();
        var refusal = await Assert.ThrowsAsync<RpcException>(() => server.AcceptAsync(Yaml.Policy("q", "a", "b")));
        Assert.Equal(StatusCode.Unavailable, refusal.StatusCode);
        Assert.Contains("PostgreSQL database", refusal.Status.Detail, StringComparison.Ordinal);
        await agent.ReportAsync();
        await Eventually.HoldsAsync(async () => (await server.Admin.StatusAsync(new())).Hosts.Single().Status.State == HostState.Realized, "status goes on");
        await agent.ResyncAsync();
        await Eventually.HoldsAsync(() => agent.Count(ServerMessage.MessageOneofCase.Snapshot) == 2, "policy is served on");
        Assert.Equal(2, (await server.Admin.ListAsync(new())).Resources.Count);

        own.Start();
        long revision = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    revision = await server.AcceptAsync(Yaml.Policy("q", "a", "b"));
                    return true;
                }
                catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
                {
                    return false;
                }
            },
            "changes are accepted again");
        await agent.SyncAsync(revision);
        Assert.Null(agent.End);
        Assert.Contains((await server.Admin.HistoryAsync(new())).Revisions, entry => entry.Revision == acknowledged);
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);
    }

    protected override int OldWorlds => 1;

    internal override Store Open(string name)
    {
        if (!_databases.TryGetValue(name, out var connection))
            _databases[name] = connection = cluster.CreateDatabase();
        return Store.Open(_directory[name], 0, postgres: connection);
    }

    protected override void Tamper(string name, string sql) =>
        PostgresCluster.Execute(_databases[name], sql.Replace("PRAGMA foreign_keys = OFF", "SET session_replication_role = replica", StringComparison.Ordinal));

    private async Task<ProcessTests.Running> ProcessAsync(string database, string keysFrom)
    {
        Directory.CreateDirectory(_directory["process"]);
        foreach (var key in Directory.GetFiles(keysFrom, "*.pem").Concat(Directory.GetFiles(keysFrom, "ca.*")).Distinct())
            File.Copy(key, _directory[$"process/{Path.GetFileName(key)}"]);
        var (grpc, http) = (ProcessTests.Running.FreePort(), ProcessTests.Running.FreePort());
        // As an operator would have it: the password in a file of its own.
        var parts = new Npgsql.NpgsqlConnectionStringBuilder(database);
        File.WriteAllText(_directory["password"], parts.Password + "\n");
        parts.Password = null;
        File.WriteAllText(_directory["control.json"], $$"""
            {
              "data": "process", "listen": "127.0.0.1:{{grpc}}", "http": "127.0.0.1:{{http}}", "insecure": true, "heartbeatSeconds": 1,
              "store": {"kind": "postgres", "connection": "{{parts.ConnectionString}}", "passwordFile": "password"}
            }
            """);
        return await ProcessTests.Running.StartAsync(grpc, http, ["--config", _directory["control.json"]]);
    }

    // The second of two has a directory of its own, with the keys of the first.
    private static async Task<TestServer> StartAsync(string database, string? keysFrom = null, bool expectsErrors = false, bool isSecure = false) => await TestServer.StartAsync(
        plain =>
        {
            if (keysFrom is not null)
            {
                Directory.CreateDirectory(plain.DataDirectory);
                foreach (var key in Directory.GetFiles(keysFrom, "*.pem").Concat(Directory.GetFiles(keysFrom, "ca.*")).Distinct())
                    File.Copy(key, Path.Combine(plain.DataDirectory, Path.GetFileName(key)));
            }

            return plain with { Postgres = database, Insecure = !isSecure };
        },
        expectsErrors);
}
