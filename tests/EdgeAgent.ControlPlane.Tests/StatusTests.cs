using EdgeAgent.Wire.V1;
using Grpc.Core;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class StatusTests
{
    private static readonly Contracts.HostFacts A = TestAgent.FactsOf("a", "10.0.0.1", ("app", "a"));
    private static readonly Contracts.HostFacts B = TestAgent.FactsOf("b", "10.0.0.2", ("app", "b"));

    [Fact]
    public async Task Reports_are_shown_and_each_transition_is_kept_once()
    {
        await using var server = await TestServer.StartAsync();
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), A);
        await agent.SyncAsync(1);
        await agent.ReportAsync(Contracts.HostState.Applying);
        await agent.ReportAsync();
        await agent.ReportAsync();
        await agent.ReportAsync();
        await agent.ReportAsync(Contracts.HostState.Failed, "no nf_tables");
        await Eventually.HoldsAsync(async () => (await One(server)).Status.State == HostState.Failed, "the failure is shown");

        var report = await One(server);
        Assert.True(report.Connected);
        Assert.Equal(("no nf_tables", 1L, 1L), (report.Status.Reason, report.Status.TargetRevision, report.WantedRevision));
        Assert.Equal(report.Status.PolicyDigest, report.WantedDigest);
        await Eventually.HoldsAsync(async () => (await History(server)).Count == 4, "four transitions are stored");
        Assert.Equal([HostState.Unknown, HostState.Applying, HostState.Realized, HostState.Failed], (await History(server)).Select(transition => transition.State));
        Assert.Equal(2, (await server.Admin.StatusHistoryAsync(new() { Namespace = "default", Name = "a", Limit = 2 })).Transitions.Count);

        await agent.CloseAsync();
        Assert.Equal(StatusCode.OK, (await agent.EndAsync()).StatusCode);
        await Eventually.HoldsAsync(async () => (await One(server)).Status.State == HostState.Disconnected, "the end is shown");
        await server.RestartAsync();
        report = await One(server);
        Assert.Equal((HostState.Disconnected, false, 1L), (report.Status.State, report.Connected, report.Status.RealizedRevision));
        Assert.Equal(5, (await History(server)).Count);
    }

    [Fact]
    public async Task A_revision_that_changes_nothing_for_a_host_is_no_transition_of_it()
    {
        await using var server = await TestServer.StartAsync();
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), A);
        await agent.SyncAsync(1);
        await agent.ReportAsync();
        await agent.SyncAsync(await server.AcceptAsync(Yaml.Policy("elsewhere", "x", "y")));
        await agent.ReportAsync();
        await Eventually.HoldsAsync(async () => (await One(server)).Status.RealizedRevision == 2, "the host has proven the revision");
        await agent.SyncAsync(await server.AcceptAsync(Yaml.Policy("here", "x", "a")));
        await agent.ReportAsync(Contracts.HostState.Applying);
        await agent.ReportAsync();
        await Eventually.HoldsAsync(async () => (await History(server)).Count == 4, "the change is stored");
        Assert.Equal([(HostState.Unknown, 0L), (HostState.Realized, 1L), (HostState.Applying, 3L), (HostState.Realized, 3L)], (await History(server)).Select(transition => (transition.State, transition.TargetRevision)));
    }

    [Fact]
    public async Task Who_was_connected_when_the_server_ended_is_not_any_more()
    {
        await using var server = await TestServer.StartAsync();
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), A);
        await agent.SyncAsync(1);
        await agent.ReportAsync();
        await Eventually.HoldsAsync(async () => (await History(server)).Count == 2, "the report is stored");
        await server.RestartAsync();
        Assert.Equal(HostState.Disconnected, (await One(server)).Status.State);
        await Eventually.HoldsAsync(async () => (await History(server))[^1].State == HostState.Disconnected, "the end is stored");
    }

    [Fact]
    public async Task A_silent_host_is_stale_until_it_speaks()
    {
        await using var server = await TestServer.StartAsync(configuration => configuration with { ReportInterval = TimeSpan.FromMilliseconds(200) });
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), A);
        await agent.SyncAsync(1);
        await agent.ReportAsync();
        await Eventually.HoldsAsync(async () => (await One(server)).Status.State == HostState.Stale, "the host is stale");
        Assert.True((await One(server)).Connected);
        await agent.ReportAsync();
        await Eventually.HoldsAsync(async () => Words(await History(server)).Contains("Realized Stale Realized", StringComparison.Ordinal), "it is realized again");
    }

    [Fact]
    public async Task A_policy_is_realized_when_every_host_of_its_span_is()
    {
        await using var server = await TestServer.StartAsync();
        await using var a = await TestAgent.ConnectAsync(server.Channel(), A);
        await using var b = await TestAgent.ConnectAsync(server.Channel(), B);
        await using var c = await TestAgent.ConnectAsync(server.Channel(), TestAgent.FactsOf("c", "10.0.0.3", ("app", "c")));
        TestAgent[] all = [a, b, c];
        await Task.WhenAll(all.Select(agent => agent.SyncAsync()));
        var revision = await server.AcceptAsync(Yaml.Policy("a-to-b", "a", "b"));
        await Task.WhenAll(all.Select(agent => agent.SyncAsync(revision)));

        // Bookends: hosts that may not reach b enforce the policy as well.
        var status = await PolicyStatus(server);
        Assert.Equal(0, status.Realized);
        Assert.Contains("default/b", status.Missing);
        Assert.Contains("default/c", status.Missing);
        var span = status.Span;

        foreach (var agent in all)
            await agent.ReportAsync();
        await Eventually.HoldsAsync(async () => (await PolicyStatus(server)).Realized == span, "all of the span realize it");
        Assert.Empty((await PolicyStatus(server)).Missing);

        revision = await server.AcceptAsync(Yaml.Policy("a-to-b", "a", "b", 443));
        await Task.WhenAll(all.Select(agent => agent.SyncAsync(revision)));
        Assert.Equal(0, (await PolicyStatus(server)).Realized);
        await b.ReportAsync();
        await Eventually.HoldsAsync(async () => (await PolicyStatus(server)).Realized == 1, "one realizes the new form");
        await b.CloseAsync();
        await Eventually.HoldsAsync(async () => (await PolicyStatus(server)).Realized == 0, "whoever is gone proves nothing");
        var missing = await Assert.ThrowsAsync<RpcException>(async () => await server.Admin.PolicyStatusAsync(new() { Key = new() { Kind = "NetworkPolicy", Namespace = "default", Name = "none" } }));
        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Retry_reaches_the_hosts_that_refused()
    {
        await using var server = await TestServer.StartAsync();
        await using var a = await TestAgent.ConnectAsync(server.Channel(), A);
        await a.SyncAsync(1);
        // Registered after it, so that both are not one revision.
        await using var b = await TestAgent.ConnectAsync(server.Channel(), B);
        await b.SyncAsync(2);
        await a.SyncAsync(2);
        await a.ReportAsync(Contracts.HostState.RolledBack, "lost the control plane");
        await b.ReportAsync();
        await Eventually.HoldsAsync(async () => (await server.Admin.StatusAsync(new() { Host = "default/a" })).Hosts.Single().Status.State == HostState.RolledBack, "the rollback is shown");
        Assert.Equal(1, (await server.Admin.RetryAsync(new())).Hosts);
        await Eventually.HoldsAsync(() => Retries(a).Count == 1, "the command arrives");
        Assert.Equal(2, Retries(a).Single().Revision);
        Assert.Equal(1, (await server.Admin.RetryAsync(new() { Host = "b" })).Hosts);
        await Eventually.HoldsAsync(() => Retries(b).Count == 1, "a named host is told as well");
        var unknown = await Assert.ThrowsAsync<RpcException>(async () => await server.Admin.RetryAsync(new() { Host = "nobody" }));
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
    }

    private static List<Retry> Retries(TestAgent agent) => [.. agent.Messages.Select(message => message.Command?.Retry).OfType<Retry>()];

    private static async Task<HostReport> One(TestServer server) => (await server.Admin.StatusAsync(new() { Host = "a" })).Hosts.Single();

    private static async Task<IReadOnlyList<StatusTransition>> History(TestServer server) =>
        (await server.Admin.StatusHistoryAsync(new() { Namespace = "default", Name = "a" })).Transitions;

    private static string Words(IEnumerable<StatusTransition> history) => string.Join(' ', history.Select(transition => transition.State));

    private static async Task<PolicyRealization> PolicyStatus(TestServer server) =>
        (await server.Admin.PolicyStatusAsync(new() { Key = new() { Kind = "NetworkPolicy", Namespace = "default", Name = "a-to-b" } })).Policies.Single();
}
