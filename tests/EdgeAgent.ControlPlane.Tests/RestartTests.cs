using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosting;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Microsoft.Data.Sqlite;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class RestartTests
{
    [Fact]
    public async Task After_a_restart_everything_is_as_it_was()
    {
        await using var server = await TestServer.StartAsync();
        var random = new Random(42);
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("own", "10.0.0.100", ("app", "a1")));
        await agent.SyncAsync();
        for (var round = 0; round < 25; round++)
        {
            if (random.Next(5) == 0)
                await DeleteAny(server, random);
            else
                await server.AcceptAsync(Yaml.Join(RandomDocuments(random)), $"round {round}");
        }

        var newest = (await server.Admin.ListAsync(new())).Revision;
        await agent.SyncAsync(newest);
        var (resources, history) = (await server.Admin.ListAsync(new()), await server.Admin.HistoryAsync(new()));
        await server.RestartAsync();
        Assert.Equal(resources, await server.Admin.ListAsync(new()));
        Assert.Equal(history, await server.Admin.HistoryAsync(new()));

        // What the engine makes of the stored documents at once is what it made of the changes one by one.
        await using var again = await TestAgent.ConnectAsync(server.Channel(), agent.Facts, agent.Policy);
        await again.SyncAsync();
        Assert.Equal((newest, 0), (again.SyncedRevision, again.Count(ServerMessage.MessageOneofCase.Snapshot)));
        Assert.Equal(newest + 1, await server.AcceptAsync(Yaml.Host("after", "10.3.3.3", "after")));
    }

    [Fact]
    public async Task Positions_in_messages_outlive_a_restart()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(Yaml.Join(Yaml.Host("a", "10.0.0.1", "a"), Yaml.Host("b", "10.0.0.2", "b"), Yaml.Policy("a-to-b", "a", "b")));
        var before = await Explained(server);
        Assert.StartsWith("test.yaml:", before, StringComparison.Ordinal);
        await server.RestartAsync();
        Assert.Equal(before, await Explained(server));
    }

    [Fact]
    public async Task A_log_that_was_altered_is_said_and_does_not_stop_the_work()
    {
        await using var server = await TestServer.StartAsync(expectsErrors: true);
        await server.AcceptAsync(Yaml.Host("a", "10.0.0.1", "a"));
        Assert.Contains("edgecontrol_audit_chain_intact 1", await Metrics(server), StringComparison.Ordinal);
        await server.RestartAsync(async () =>
        {
            await using var connection = new SqliteConnection($"Data Source={Path.Combine(server.DataDirectory, SqliteFile.Name)};Pooling=False");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE revisions SET author = 'somebody else'";
            await command.ExecuteNonQueryAsync();
        });
        Assert.Contains("edgecontrol_audit_chain_intact 0", await Metrics(server), StringComparison.Ordinal);
        await server.AcceptAsync(Yaml.Host("b", "10.0.0.2", "b"));
    }

    [Fact]
    public async Task A_full_store_refuses_the_change_keeps_the_state_and_answers_on()
    {
        await using var server = await TestServer.StartAsync(configuration => configuration with { StoreLimit = 400 * 1024 }, expectsErrors: true);
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("own", "10.0.0.100", ("app", "a1")));
        await agent.SyncAsync(1);
        long newest = 1;
        var full = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            for (var i = 0; i < 500; i++)
                newest = await server.AcceptAsync($"# {new string('x', 10_000)}\n{Yaml.Host("big", $"10.1.{i / 200}.{i % 200}", "a")}");
        });
        Assert.Equal(StatusCode.ResourceExhausted, full.StatusCode);
        Assert.Contains("no space", full.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(newest, (await server.Admin.ListAsync(new())).Revision);
        await agent.SyncAsync(newest);
        await agent.ReportAsync();
        await Eventually.HoldsAsync(async () => (await server.Admin.StatusAsync(new() { Host = "own" })).Hosts.Single().Status.State == Wire.V1.HostState.Realized, "reports go on");
    }

    [Fact]
    public async Task A_data_directory_in_use_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        var refusal = await Assert.ThrowsAsync<StoreException>(() => ControlPlaneServer.StartAsync(
            new() { DataDirectory = server.DataDirectory, Listen = new(System.Net.IPAddress.Loopback, 0), Insecure = true }, _ => { }));
        Assert.Contains(server.DataDirectory, refusal.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> RandomDocuments(Random random) => Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(2) == 0
        ? Yaml.Host($"h{random.Next(8)}", $"10.{random.Next(2)}.{random.Next(200)}.{random.Next(250)}", $"a{random.Next(4)}")
        : Yaml.Policy($"p{random.Next(6)}", $"a{random.Next(4)}", $"a{random.Next(4)}", random.Next(1, 100))).DistinctBy(document => document.Split("name: ")[1].Split([',', '\n', '}'])[0]);

    private static async Task DeleteAny(TestServer server, Random random)
    {
        var all = (await server.Admin.ListAsync(new())).Resources.Where(resource => resource.Key.Name != "own").ToList();
        if (all.Count == 0)
            return;
        var request = new DeleteRequest();
        request.Keys.Add(all[random.Next(all.Count)].Key);
        Assert.True((await server.Admin.DeleteAsync(request)).Accepted);
    }

    private static async Task<string> Explained(TestServer server)
    {
        using var call = server.Admin.Explain();
        await call.RequestStream.WriteAsync(new() { From = "default/a", To = "default/b", Protocol = "TCP", Port = 9080 });
        Assert.True(await call.ResponseStream.MoveNext().WaitAsync(Eventually.Patience));
        return call.ResponseStream.Current.Ingress.Source;
    }

    private static async Task<string> Metrics(TestServer server)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(server.HttpAddress, "/metrics"));
    }

    [Fact]
    public async Task Rollback_to_what_is_now_changes_nothing_and_to_what_cannot_be_read_any_more_is_refused_by_name()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(Yaml.Policy("p", "a", "b"));
        await server.RestartAsync(() =>
        {
            // As an older version may have left it: a document that this one cannot read, and then its removal.
            using var store = Storage.Store.Open(server.DataDirectory, 0);
            var key = new Policy.ResourceKey("Host", "default", "old");
            var document = new Storage.Document(key, Storage.DocumentOrigin.Declared, "old.yaml", 7, "apiVersion: edgeagent.io/v0\nkind: Host\nmetadata: {name: old}");
            store.Revisions.Append(new(new(2), DateTimeOffset.UtcNow, "ada", "", [new(Storage.DocumentChangeKind.Created, key, Storage.DocumentOrigin.Declared, document)]));
            store.Revisions.Append(new(new(3), DateTimeOffset.UtcNow, "ada", "", [new(Storage.DocumentChangeKind.Deleted, key, Storage.DocumentOrigin.Declared, null)]));
            return Task.CompletedTask;
        });

        var itself = await server.Admin.RollbackAsync(new() { Revision = 3 });
        Assert.Equal((true, 3L), (itself.Accepted, itself.Revision));
        var unreadable = await server.Admin.RollbackAsync(new() { Revision = 2 });
        Assert.Equal((false, 3L), (unreadable.Accepted, unreadable.Revision));
        Assert.Contains(unreadable.Diagnostics, finding => finding is { Severity: Wire.V1.Severity.Error, File: "old.yaml", Line: >= 7 });
        var future = await Assert.ThrowsAsync<Grpc.Core.RpcException>(async () => await server.Admin.RollbackAsync(new() { Revision = 4 }));
        Assert.Equal(Grpc.Core.StatusCode.NotFound, future.StatusCode);
        Assert.Equal(3, (await server.Admin.ListAsync(new())).Revision);
        Assert.Equal(4, (await server.Admin.RollbackAsync(new() { Revision = 0 })).Revision);
    }

    [Fact]
    public async Task Rollback_to_documents_that_clash_with_what_came_since_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(Yaml.Host("a", "10.0.0.1", "a"));
        await server.Admin.DeleteAsync(new() { Keys = { new Wire.V1.ResourceKey { Kind = "Host", Namespace = "default", Name = "a" } } });
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("b", "10.0.0.1"));
        await agent.SyncAsync(3);
        var clash = await server.Admin.RollbackAsync(new() { Revision = 1 });
        Assert.False(clash.Accepted);
        Assert.Equal(3, (await server.Admin.ListAsync(new())).Revision);
    }
}
