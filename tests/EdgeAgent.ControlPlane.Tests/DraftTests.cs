using EdgeAgent.Contracts;
using EdgeAgent.Wire.V1;
using Grpc.Core;
using static EdgeAgent.ControlPlane.Tests.RolloutTests;
using DeniedFlow = EdgeAgent.Contracts.DeniedFlow;
using Direction = EdgeAgent.Contracts.Direction;
using HostState = EdgeAgent.Contracts.HostState;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Changes that are kept without being in force.</summary>
public sealed class DraftTests
{
    [Fact]
    public async Task A_draft_changes_nothing_outlives_restarts_and_becomes_a_revision_once()
    {
        await using var server = await StartAsync();
        var first = await server.AcceptAsync(TestFleet.World(2, 80));
        var saved = await SaveAsync(server, "", Yaml.Policy("web", "web", "web", 81));
        Assert.Equal(("1", true, first, 2), (saved.Name, saved.Result.Accepted, saved.Result.Revision, saved.Result.HostsTouched));
        Assert.Equal("2", (await SaveAsync(server, "", Yaml.Policy("other", "web", "web"))).Name);
        Assert.Equal("named.1", (await SaveAsync(server, "named.1", Yaml.Policy("other", "web", "web"))).Name);
        await server.RestartAsync();

        Assert.Equal(first, (await server.Admin.ListAsync(new())).Revision);
        Assert.Equal(["1", "2", "named.1"], (await server.Rollouts.ListDraftsAsync(new())).Drafts.Select(draft => draft.Name));
        var draft = await server.Rollouts.GetDraftAsync(new() { Name = "1" });
        Assert.Equal((first, "tester", 1, 0), (draft.BaseRevision, draft.Author, draft.Documents.Count, draft.Conflicts.Count));
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await server.Rollouts.CommitDraftAsync(new()))).StatusCode);
        var committed = await server.Rollouts.CommitDraftAsync(new() { Name = "1", Author = "ada", Note = "why not" });
        Assert.Equal((first + 1, 0), (committed.Result.Revision, committed.Rollout));
        var entry = (await server.Admin.HistoryAsync(new() { Limit = 1 })).Revisions.Single();
        Assert.Equal(("ada", "why not", ChangeKind.Changed), (entry.Author, entry.Note, entry.Changes.Single().Kind));
        Assert.Equal("2", (await server.Rollouts.DiscardDraftAsync(new() { Name = "2" })).Name);
        Assert.Equal("named.1", (await server.Rollouts.GetDraftAsync(new())).Name);
        foreach (var gone in (string[])["1", "2"])
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await server.Rollouts.CommitDraftAsync(new() { Name = gone }))).StatusCode);
    }

    [Theory]
    [InlineData("kind: Host\napiVersion: edgeagent.io/v1\nmetadata: {name: x}\nspec: {adresses: []}", "adresses")]
    [InlineData("kind: Host\napiVersion: edgeagent.io/v1\nmetadata: {name: x}\nspec: {addresses: [10.0.0.1]}", "10.0.0.1")]
    public async Task What_could_not_be_applied_is_not_kept(string yaml, string finding)
    {
        await using var server = await StartAsync();
        await server.AcceptAsync(TestFleet.World(2, 80));
        var saved = await SaveAsync(server, "bad", yaml);
        Assert.False(saved.Result.Accepted);
        Assert.Contains(saved.Result.Diagnostics, diagnostic => diagnostic.Message.Contains(finding, StringComparison.Ordinal));
        Assert.Empty((await server.Rollouts.ListDraftsAsync(new())).Drafts);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => SaveAsync(server, "no/name", Yaml.Policy("p", "a", "b")))).StatusCode);
    }

    [Fact]
    public async Task Later_revisions_that_changed_the_same_are_named_and_the_draft_is_refused_until_it_is_made_anew()
    {
        await using var server = await StartAsync();
        await server.AcceptAsync(Yaml.Join(TestFleet.World(2, 80), Yaml.Policy("stays", "web", "web")));
        await SaveAsync(server, "d", Yaml.Join(Yaml.Policy("web", "web", "web", 81), Yaml.Policy("new", "web", "web"), Yaml.Policy("stays", "web", "web", 1)));
        var later = await server.AcceptAsync(Yaml.Policy("web", "web", "web", 82), "in between");
        await server.Admin.DeleteAsync(new() { Keys = { new ResourceKey { Kind = "NetworkPolicy", Group = "networking.k8s.io", Namespace = "default", Name = "new" } } });
        await server.AcceptAsync(Yaml.Host("far", "10.7.0.1", "x"));

        var draft = (await server.Rollouts.ListDraftsAsync(new())).Drafts.Single();
        Assert.Equal(("web", later, "in between"), (draft.Conflicts.Single().Key.Name, draft.Conflicts[0].Revision.Revision, draft.Conflicts[0].Revision.Note));
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await server.Rollouts.CommitDraftAsync(new()));
        Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
        Assert.Contains($"default/web was changed by revision {later} (tester)", refusal.Status.Detail, StringComparison.Ordinal);
        await SaveAsync(server, "d", Yaml.Policy("web", "web", "web", 81));
        Assert.True((await server.Rollouts.CommitDraftAsync(new())).Result.Accepted);
    }

    [Fact]
    public async Task A_preview_names_hosts_and_the_reported_flows_that_would_be_decided_otherwise()
    {
        await using var server = await StartAsync();
        await server.AcceptAsync(Yaml.Join(Yaml.Host("h-0", "10.0.0.1", "web"), Yaml.Host("h-1", "10.0.0.2", "web"), Yaml.Host("far", "10.0.0.3", "far"), Yaml.Policy("web", "web", "web", 80)));
        await using var fleet = new TestFleet();
        await fleet.ConnectAsync(server.Channel(), 1);
        var now = DateTimeOffset.UtcNow;
        DeniedFlow Flow(ushort port, TimeSpan age) => new(Direction.Inbound, IpAddress.Parse("10.0.0.2"), IpAddress.Parse("10.0.0.1"), IpProtocol.Tcp, port, "default/web", 7, now - age);
        fleet.Answer = _ => (HostState.Realized, "", [Flow(81, TimeSpan.FromHours(1)), Flow(82, TimeSpan.FromHours(1)), Flow(83, TimeSpan.FromDays(2)), Flow(80, TimeSpan.FromHours(23))]);
        await Eventually.HoldsAsync(async () => (await server.Admin.StatusAsync(new() { Host = "h-0" })).Hosts.Single().Status.Denied.Count == 4, "flows are reported");

        await SaveAsync(server, "d", Yaml.Policy("web", "web", "web", 81));
        var preview = await server.Rollouts.PreviewDraftAsync(new());
        Assert.Equal(["default/h-0", "default/h-1"], preview.Hosts);
        Assert.Equal(ChangeKind.Changed, preview.Result.Changes.Single().Kind);
        Assert.Contains(preview.Result.Flows, flow => flow is { Allowed: true, Traffic: "TCP/81" });
        Assert.Contains(preview.Result.Flows, flow => flow is { Allowed: false, Traffic: "TCP/80" });
        Assert.Equal([(81u, Decision.Deny, Decision.Allow), (80u, Decision.Allow, Decision.Deny)], preview.Reported.Select(flow => (flow.Port, flow.Before, flow.After)));
        Assert.Equal(("default/h-0", "default/h-1", "default/h-0", 7L), (preview.Reported[0].Host, preview.Reported[0].From, preview.Reported[0].To, preview.Reported[0].Count));
        Assert.Contains("default/web", preview.Reported[0].AfterPolicy, StringComparison.Ordinal);
        Assert.Equal(1, (await server.Admin.ListAsync(new())).Revision);
    }
}
