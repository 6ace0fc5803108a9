using EdgeAgent.Contracts;
using EdgeAgent.Wire.V1;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class QuarantineTests
{
    private static readonly string _world = Yaml.Join(Yaml.Host("a", "10.0.0.1", "a"), Yaml.Host("b", "10.0.0.2", "b"), Yaml.Policy("a-to-b", "a", "b"));

    [Fact]
    public async Task It_reaches_the_host_is_told_by_whom_and_outlives_restarts_applies_and_rollbacks()
    {
        await using var server = await TestServer.StartAsync();
        var first = await server.AcceptAsync(_world);
        var ordered = await server.Admin.QuarantineAsync(new() { Host = "b", Author = "ada", Note = "beacons at night" });
        Assert.True(ordered is { Accepted: true, HostsTouched: 1 }, $"{ordered}");
        await AssertQuarantinedAsync();

        await server.RestartAsync();
        await AssertQuarantinedAsync();
        await server.AcceptAsync(Yaml.Host("b", "10.0.0.2", "other"));
        await AssertQuarantinedAsync();
        await server.Admin.RollbackAsync(new() { Revision = first });
        await AssertQuarantinedAsync();

        var entry = (await server.Admin.HistoryAsync(new() { WithDocuments = true })).Revisions.Single(entry => entry.Revision == ordered.Revision);
        Assert.Equal(("ada", "beacons at night", ChangeKind.Quarantined, "mode: Quarantine"), (entry.Author, entry.Note, entry.Changes[0].Kind, entry.Changes[0].After));
        var released = await server.Admin.ReleaseAsync(new() { Host = "default/b", Author = "bob", Note = "cleaned" });
        Assert.Equal(1, released.HostsTouched);
        Assert.Equal(EnforcementMode.Enforce, await ModeOfAsync("b"));
        Assert.Null((await server.Admin.StatusAsync(new() { Host = "b" })).Hosts.Single().Quarantine);
        Assert.Equal(ChangeKind.Released, (await server.Admin.HistoryAsync(new() { Limit = 1 })).Revisions.Single().Changes.Single().Kind);
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);

        async Task AssertQuarantinedAsync()
        {
            Assert.Equal((EnforcementMode.Enforce, EnforcementMode.Quarantine), (await ModeOfAsync("a"), await ModeOfAsync("b")));
            var order = (await server.Admin.StatusAsync(new() { Host = "b" })).Hosts.Single().Quarantine;
            Assert.Equal(("ada", "beacons at night", ordered.Revision), (order.Author, order.Note, order.Revision));
        }

        async Task<EnforcementMode> ModeOfAsync(string name)
        {
            await using var agent = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf(name, name == "a" ? "10.0.0.1" : "10.0.0.2"));
            await agent.SyncAsync();
            return agent.Policy!.Mode;
        }
    }

    [Fact]
    public async Task A_host_cannot_leave_it_by_registering_anew_or_by_being_deleted_for_a_while()
    {
        await using var server = await TestServer.StartAsync();
        var facts = TestAgent.FactsOf("c", "10.0.0.3");
        await using (var agent = await TestAgent.ConnectAsync(server.Channel(), facts))
        {
            await agent.SyncAsync(1);
            await server.Admin.QuarantineAsync(new() { Host = "c" });
            await Eventually.HoldsAsync(() => agent.Policy?.Mode == EnforcementMode.Quarantine, "quarantined while connected");
        }

        await server.Admin.DeleteAsync(new() { Keys = { new ResourceKey { Kind = "Host", Namespace = "default", Name = "c" } } });
        await using (var agent = await TestAgent.ConnectAsync(server.Channel(), facts))
        {
            await agent.SyncAsync();
            Assert.Equal(EnforcementMode.Quarantine, agent.Policy!.Mode);
            await server.Admin.ReleaseAsync(new() { Host = "c" });
            await Eventually.HoldsAsync(() => agent.Policy?.Mode == EnforcementMode.Enforce, "released while connected");
        }
    }

    [Fact]
    public async Task Twice_is_once_and_a_host_that_there_is_not_or_that_is_two_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        await server.AcceptAsync(_world + "\n---\n" + Yaml.Host("b", "10.0.0.9", "b").Replace("namespace: default", "namespace: other", StringComparison.Ordinal));
        var first = await server.Admin.QuarantineAsync(new() { Host = "default/b" });
        var second = await server.Admin.QuarantineAsync(new() { Host = "default/b" });
        Assert.Equal((first.Revision, ChangeKind.Unchanged), (second.Revision, second.Changes.Single().Kind));
        Assert.Equal(ChangeKind.Unchanged, (await server.Admin.ReleaseAsync(new() { Host = "a" })).Changes.Single().Kind);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await server.Admin.QuarantineAsync(new() { Host = "nobody" }))).StatusCode);
        var two = await Assert.ThrowsAsync<RpcException>(async () => await server.Admin.ReleaseAsync(new() { Host = "b" }));
        Assert.Equal(StatusCode.InvalidArgument, two.StatusCode);
        Assert.Contains("default/b, other/b", two.Status.Detail, StringComparison.Ordinal);
    }
}
