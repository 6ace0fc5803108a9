using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Hosting;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Rollouts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using static EdgeAgent.ControlPlane.Tests.TrustedClients;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Old revisions are not kept whole for ever.</summary>
public sealed class HistoryTests : IDisposable
{
    private const int Revisions = 12;

    private static readonly HistoryRetention _short = new(TimeSpan.FromTicks(1), 4) { LookInterval = TimeSpan.FromMilliseconds(50) };

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Old_texts_go_by_themselves_and_history_rollback_and_evidence_say_so()
    {
        await using var server = await TestServer.StartAsync(configuration => configuration with { History = _short });
        for (var port = 1; port <= Revisions; port++)
            await server.AcceptAsync(Yaml.Policy("web", "web", "web", port));
        var horizon = Revisions - _short.Revisions;
        await Eventually.HoldsAsync(async () => (await ActionsAsync(server)).Contains($"revision {horizon}"), "old texts are gone");

        var history = (await server.Admin.HistoryAsync(new() { WithDocuments = true })).Revisions.ToDictionary(entry => entry.Revision, entry => entry.Changes.Single());
        Assert.Equal(Revisions, history.Count);
        Assert.Equal(("", "", "", 64), (history[1].Before, history[1].After, history[1].BeforeDigest, history[1].AfterDigest.Length));
        Assert.Equal((history[1].AfterDigest, 64), (history[2].BeforeDigest, history[2].AfterDigest.Length));
        Assert.Equal((history[horizon - 1].AfterDigest, ""), (history[horizon].BeforeDigest, history[horizon].AfterDigest));
        Assert.Contains($"port: {horizon}", history[horizon].After, StringComparison.Ordinal);
        Assert.Equal((history[horizon].After, ""), (history[horizon + 1].Before, history[horizon + 1].BeforeDigest));

        var refused = await RefusedAsync(StatusCode.FailedPrecondition, () => server.Admin.RollbackAsync(new() { Revision = horizon - 1 }));
        Assert.Contains($"expected revision {horizon} or a newer one", refused.Detail, StringComparison.Ordinal);
        Assert.True((await server.Admin.RollbackAsync(new() { Revision = horizon })).Accepted);
        Assert.Contains($"port: {horizon}", (await server.Admin.ListAsync(new())).Resources.Single().Yaml, StringComparison.Ordinal);
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);
        await server.RestartAsync();
        Assert.Contains($"port: {horizon}", (await server.Admin.ListAsync(new())).Resources.Single().Yaml, StringComparison.Ordinal);
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);
        Assert.True((await server.Admin.RollbackAsync(new() { Revision = 0 })).Accepted);
    }

    [Fact]
    public async Task A_rollout_that_is_under_way_keeps_what_it_may_have_to_go_back_to()
    {
        await using var server = await TestServer.StartAsync(configuration => configuration with { History = _short });
        await server.AcceptAsync(TestFleet.World(8, 8080));
        await using (var fleet = new TestFleet())
        {
            await fleet.ConnectAsync(server.Channel(), 8);
            var rollout = await RolloutTests.CommitAsync(server, "1,100%", soak: TimeSpan.FromHours(1));

            // Quarantines are revisions, too.
            for (var i = 0; i < Revisions / 2; i++)
            {
                await server.Admin.QuarantineAsync(new() { Host = "default/h-0" });
                await server.Admin.ReleaseAsync(new() { Host = "default/h-0" });
            }

            await Eventually.HoldsAsync(async () => (await ActionsAsync(server)).Contains($"revision {rollout - 1}"), "what was before the rollout is pruned");
            await Task.Delay(200);
            Assert.Equal($"revision {rollout - 1}", (await ActionsAsync(server))[^1]);
            await server.RestartAsync();
            await server.Rollouts.OrderRolloutAsync(new() { Order = Wire.V1.RolloutOrder.Abort });
            await Eventually.HoldsAsync(async () => (await ActionsAsync(server))[^1] != $"revision {rollout - 1}", "pruning goes on");
            Assert.Contains((await server.Admin.ListAsync(new())).Resources, resource => resource.Yaml.Contains("8080", StringComparison.Ordinal));
            Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);
        }
    }

    [Fact]
    public async Task A_control_plane_that_is_further_behind_than_what_is_kept_begins_with_what_is_in_force()
    {
        var model = new SortedDictionary<Policy.ResourceKey, Storage.Document>();
        using var store = Store.Open(_directory.Path, 0);
        void Append(int first, int last)
        {
            for (var port = first; port <= last; port++)
            {
                var key = new Policy.ResourceKey("Host", "default", $"h{port % 3}");
                var document = new Storage.Document(key, DocumentOrigin.Declared, "h.yaml", 1, $"{{apiVersion: edgeagent.io/v1, kind: Host, metadata: {{name: {key.Name}}}, spec: {{addresses: [10.0.0.{port}]}}}}");
                store.Revisions.Append(new(new(port), DateTimeOffset.UnixEpoch.AddSeconds(port), "ada", "", [new(model.TryAdd(key, document) ? DocumentChangeKind.Created : DocumentChangeKind.Changed, key, DocumentOrigin.Declared, document)]));
            }
        }

        Append(1, 5);
        var publisher = new Publisher(RolloutRestore.Restore(store.Database));
        using var writer = new RevisionWriter(store.Revisions, store.Rollouts, publisher, new Telemetry(), TimeProvider.System, NullLogger<RevisionWriter>.Instance);
        await writer.StartAsync(default);
        Append(6, 40);
        Assert.Equal(new Contracts.Revision(30), store.History.Step(new(TimeSpan.FromSeconds(10), 1), DateTimeOffset.UtcNow).Horizon);
        await writer.FollowAsync();
        var read = RolloutRestore.Restore(store.Database);
        Assert.Equal((new Contracts.Revision(40), RootOf(read)), (publisher.Current.Revision, RootOf(publisher.Current)));
        Assert.Equal(read.Declared.Select(pair => (pair.Key, pair.Value.Resource.Text)), publisher.Current.Declared.Select(pair => (pair.Key, pair.Value.Resource.Text)));

        // From there on it follows step by step.
        Append(41, 42);
        await writer.FollowAsync();
        Assert.Equal(RootOf(RolloutRestore.Restore(store.Database)), RootOf(publisher.Current));
        await writer.StopAsync(default);
    }

    private static string RootOf(FleetState state) => Convert.ToHexStringLower(state.Tree.Root.Span);

    private static async Task<List<string>> ActionsAsync(TestServer server)
    {
        var subjects = new List<string>();
        using var export = server.Admin.ExportAudit(new());
        await foreach (var record in export.ResponseStream.ReadAllAsync(default))
        {
            if (record.Action is { What: "history pruned" } action)
                subjects.Add(action.Subject);
        }

        return subjects.Count > 0 ? subjects : [""];
    }
}
