using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Rollouts;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Direction = EdgeAgent.Contracts.Direction;
using HostState = EdgeAgent.Contracts.HostState;
using RolloutOrder = EdgeAgent.Wire.V1.RolloutOrder;
using RolloutState = EdgeAgent.Wire.V1.RolloutState;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Changes that reach the fleet in waves.</summary>
public sealed class RolloutTests
{
    private const int Hosts = 8;
    private const ushort Old = 8080, New = 9090;

    [Fact]
    public async Task Waves_follow_each_other_until_all_hosts_have_the_change_and_every_step_is_in_the_log()
    {
        await using var server = await StartAsync();
        await using var fleet = await FleetAsync(server);
        var id = await CommitAsync(server, "1,25%,selector:app == 'web' && name in {'x', 'y'},100%");
        var seen = new List<RolloutStatus>();
        using (var watch = server.Rollouts.WatchRollout(new() { Follow = true }))
        {
            await foreach (var status in watch.ResponseStream.ReadAllAsync())
                seen.Add(status);
        }

        Assert.Equal((id, RolloutState.Completed, 4), (seen[^1].Rollout, seen[^1].State, seen[^1].ReleasedWaves));
        Assert.Equal([1, 2, 2, 8], seen[^1].Waves.Select(wave => wave.Hosts));
        Assert.Equal(seen.Select(status => status.ReleasedWaves).Order(), seen.Select(status => status.ReleasedWaves));
        Assert.Contains(seen, status => status.ReleasedWaves == 1 && status.Measures?.Hosts == 1);
        await fleet.Agents[0].SyncAsync(seen[^1].EndedRevision);
        await Eventually.HoldsAsync(() => fleet.Holding(New).Count == Hosts && fleet.Holding(Old).Count == 0, "all hosts have the change");

        var notes = (await server.Admin.HistoryAsync(new())).Revisions.Where(entry => entry.Revision >= id).Select(entry => entry.Note).Reverse().ToList();
        Assert.Equal(5, notes.Count);
        Assert.Equal($"open it (rollout {id}: wave 1 of 4, 1: 1 of 8 hosts)", notes[0]);
        Assert.Equal([$"rollout {id}: wave 2 of 4, 25%: 2 hosts", $"rollout {id} is completed"], [notes[1], notes[4]]);
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);
        Assert.Empty((await server.Rollouts.ListDraftsAsync(new())).Drafts);
    }

    [Fact]
    public async Task A_host_that_fails_stops_it_and_takes_the_change_back_everywhere()
    {
        await using var server = await StartAsync();
        await using var fleet = await FleetAsync(server);
        fleet.Answer = agent => fleet.Holding(New).Count >= 3 && fleet.Holding(New)[^1] == agent.Facts.Name ? (HostState.Failed, "too many elements", []) : null;
        var id = await CommitAsync(server, "1,3,100%");
        var end = await EndAsync(server);

        Assert.Equal((RolloutState.Failed, 2), (end.State, end.ReleasedWaves));
        Assert.Contains("failed == 0 does not hold: failed is 1", end.Reason, StringComparison.Ordinal);
        Assert.Contains("Failed: too many elements", end.Reason, StringComparison.Ordinal);
        fleet.Answer = _ => null;
        await Eventually.HoldsAsync(() => fleet.Holding(New).Count == 0 && fleet.Holding(Old).Count == Hosts, "the change is taken back everywhere");
        await Eventually.HoldsAsync(async () => (await server.Admin.StatusAsync(new())).Hosts.All(host => host.Status.State == Wire.V1.HostState.Realized && host.Status.RealizedRevision == end.EndedRevision), "all hosts hold what was before");
        Assert.Contains("taken back", (await server.Admin.HistoryAsync(new() { Limit = 1 })).Revisions.Single().Note, StringComparison.Ordinal);
        Assert.True(end.EndedRevision > id);
        await server.AcceptAsync(Yaml.Policy("web", "web", "web", 7070));
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);
    }

    [Fact]
    public async Task While_waves_differ_what_is_new_takes_both_ends_and_what_is_withdrawn_one()
    {
        await using var server = await StartAsync();
        await using var fleet = await FleetAsync(server);
        await PausedAsync(server, await CommitAsync(server, "50%,100%", soak: TimeSpan.FromHours(1)));
        await Eventually.HoldsAsync(() => fleet.Holding(New).Count == Hosts / 2, "half of the hosts have the change");
        foreach (var from in fleet.Agents)
        {
            foreach (var to in fleet.Agents.Where(other => other != from))
            {
                var (ahead, behind) = (new[] { from, to }.Count(end => fleet.Holding(New).Contains(end.Facts.Name)), new[] { from, to }.Count(end => fleet.Holding(Old).Contains(end.Facts.Name)));
                Assert.Equal((ahead == 2, behind == 2), (TestFleet.Passes(from, to, New), TestFleet.Passes(from, to, Old)));
                Assert.Equal(2, ahead + behind);
            }
        }
    }

    [Fact]
    public async Task Which_hosts_are_in_a_wave_is_the_same_after_a_restart_and_those_outside_keep_what_they_had()
    {
        await using var server = await StartAsync();
        await using var fleet = await FleetAsync(server);
        var id = await CommitAsync(server, "3,100%", soak: TimeSpan.FromHours(1));
        await Eventually.HoldsAsync(() => fleet.Holding(New).Count == 3, "the first wave");
        var released = fleet.Holding(New);
        await server.RestartAsync();
        await fleet.ReconnectAsync(() => server.Channel());
        Assert.Equal(released, fleet.Holding(New));
        foreach (var agent in fleet.Agents)
        {
            // Nothing is sent anew; whoever is outside is still at the revision before, and is shown so.
            Assert.Equal(0, agent.Count(ServerMessage.MessageOneofCase.Snapshot));
            Assert.Equal(released.Contains(agent.Facts.Name) ? id : id - 1, agent.SyncedRevision);
        }

        await Eventually.HoldsAsync(async () => (await server.Admin.StatusAsync(new())).Hosts.All(host => host.WantedDigest == host.Status.PolicyDigest && host.WantedRevision == host.Status.RealizedRevision), "status knows what each is to hold");
        var policy = (await server.Admin.PolicyStatusAsync(new())).Policies.Single();
        Assert.Equal((Hosts, 3), (policy.Span, policy.Realized));
        Assert.Equal((Contracts.Revision.Zero.Number + id, RolloutState.Running), ((await StatusAsync(server)).Rollout, (await StatusAsync(server)).State));

        var ended = await server.Rollouts.OrderRolloutAsync(new() { Order = RolloutOrder.Abort, Author = "ada", Note = "not today" });
        Assert.Equal((RolloutState.Aborted, "ada: not today"), (ended.State, ended.Reason));
        await Eventually.HoldsAsync(() => fleet.Holding(New).Count == 0, "the change is taken back");
        Assert.Equal(StatusCode.FailedPrecondition, await RefusedAsync(() => server.Rollouts.OrderRolloutAsync(new() { Order = RolloutOrder.Pause })));
        await server.RestartAsync();
        Assert.Equal(RolloutState.Aborted, (await StatusAsync(server)).State);
    }

    [Fact]
    public async Task Meanwhile_other_changes_wait_but_hosts_come_and_are_cut_off_in_all_waves()
    {
        await using var server = await StartAsync();
        await using var fleet = await FleetAsync(server);
        await PausedAsync(server, await CommitAsync(server, "2,100%"));
        var refusal = await Assert.ThrowsAsync<RpcException>(() => server.AcceptAsync(Yaml.Host("other", "10.9.0.1", "x")));
        Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
        Assert.Contains("wave 1 of 2, paused is under way", refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.FailedPrecondition, await RefusedAsync(() => server.Admin.RollbackAsync(new() { Revision = 1 })));
        Assert.Equal(StatusCode.FailedPrecondition, await RefusedAsync(() => server.Admin.DeleteAsync(new() { Keys = { new ResourceKey { Kind = "Host", Namespace = "default", Name = "h-1" } } })));
        await SaveAsync(server, "next", Yaml.Host("other", "10.9.0.1", "x"));
        Assert.Equal(StatusCode.FailedPrecondition, await RefusedAsync(() => server.Rollouts.CommitDraftAsync(new() { Name = "next" })));

        // A host that registers itself is known to both halves; one outside the wave is cut off as fast as one within.
        var late = await fleet.ConnectAsync(server.Channel(), "late", "10.0.0.200");
        await Eventually.HoldsAsync(() => fleet.Agents.All(agent => agent.Facts.Name == "late" || agent.SyncedRevision > 0), "synced");
        foreach (var agent in fleet.Agents.Take(Hosts))
        {
            await server.Admin.QuarantineAsync(new() { Host = agent.Facts.Name });
            await Eventually.HoldsAsync(() => agent.Policy!.Mode == EnforcementMode.Quarantine, $"{agent.Facts.Name} is cut off");
            await server.Admin.ReleaseAsync(new() { Host = agent.Facts.Name });
            await Eventually.HoldsAsync(() => agent.Policy!.Mode == EnforcementMode.Enforce, $"{agent.Facts.Name} is back");
        }

        Assert.Null(late.End);
        await server.Rollouts.OrderRolloutAsync(new() { Order = RolloutOrder.Resume });
        Assert.Equal(RolloutState.Completed, (await EndAsync(server)).State);
        Assert.True((await server.Rollouts.CommitDraftAsync(new() { Name = "next" })).Result.Accepted);
        await server.RestartAsync();
        Assert.Empty((await server.Admin.VerifyAuditAsync(new())).Findings);
    }

    [Fact]
    public async Task What_the_change_newly_denies_is_counted_and_what_was_denied_before_is_not()
    {
        await using var server = await StartAsync();
        await using var fleet = await FleetAsync(server);
        Contracts.DeniedFlow Flow(ushort port) => new(Direction.Inbound, IpAddress.Parse("10.0.0.2"), IpAddress.Parse("10.0.0.1"), IpProtocol.Tcp, port, "default/web", 5, DateTimeOffset.UtcNow);
        fleet.Answer = agent => (HostState.Realized, "", [Flow(22), Flow(23)]);
        var first = await CommitAsync(server, "1,100%", gate: "denied == 0");
        Assert.Equal((first, RolloutState.Completed), ((await EndAsync(server)).Rollout, (await EndAsync(server)).State));

        // The port that was just opened is closed again, while it is in use.
        await SaveAsync(server, "back", TestFleet.World(Hosts, Old));
        fleet.Answer = agent => (fleet.Holding(New).Count < Hosts ? HostState.Realized : HostState.Applying, "", [Flow(22), Flow(New)]);
        await server.Rollouts.CommitDraftAsync(new() { Waves = "2,100%", Gate = "denied == 0", Soak = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)) });
        var end = await EndAsync(server);
        Assert.Equal((RolloutState.Failed, 1), (end.State, end.ReleasedWaves));
        Assert.Contains("denies 1 kinds of flows", end.Reason, StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => fleet.Holding(New).Count == Hosts, "the port is open again");
    }

    [Fact]
    public async Task Hosts_that_are_disconnected_or_slow_hold_a_wave_or_break_the_gate_as_it_says()
    {
        await using var server = await StartAsync();
        await using var fleet = await FleetAsync(server);
        fleet.Answer = _ => (HostState.Applying, "", []);
        await CommitAsync(server, "50%,100%", gate: "disconnected <= 25%");
        await Eventually.HoldsAsync(async () => (await StatusAsync(server)).Measures?.Pending == 4, "hosts are pending");
        await Task.Delay(1000);
        Assert.Equal(1, (await StatusAsync(server)).ReleasedWaves);
        var released = fleet.Holding(New);
        await fleet.Agents.Single(agent => agent.Facts.Name == released[0]).DisposeAsync();
        await Eventually.HoldsAsync(async () => (await StatusAsync(server)).Measures is { Disconnected: 1, Pending: 3 }, "one of four is gone");
        await fleet.Agents.Single(agent => agent.Facts.Name == released[1]).DisposeAsync();
        var end = await EndAsync(server);
        Assert.Contains("disconnected <= 25% does not hold: disconnected is 2 of 4", end.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("failed == 0", true)]
    public async Task A_host_that_does_not_come_to_the_change_holds_no_wave_for_ever_and_the_gate_says_what_becomes_of_it(string gate, bool goesOn)
    {
        await using var server = await StartAsync();
        await using var fleet = await FleetAsync(server);
        fleet.Answer = agent => fleet.Holding(New) is [var first, ..] && first == agent.Facts.Name ? (HostState.Applying, "the kernel is busy", []) : null;
        await CommitAsync(server, "50%,75%,100%", soak: TimeSpan.Zero, gate: gate, patience: TimeSpan.FromMilliseconds(500));
        var end = await EndAsync(server);
        Assert.Equal(goesOn ? (RolloutState.Completed, 3) : (RolloutState.Failed, 1), (end.State, end.ReleasedWaves));
        if (goesOn)
            return;
        Assert.Contains("late == 0 does not hold: late is ", end.Reason, StringComparison.Ordinal);
        Assert.Contains("late: connected, and does not come to the change: the kernel is busy", end.Reason, StringComparison.Ordinal);
        fleet.Answer = _ => null;
        await Eventually.HoldsAsync(() => fleet.Holding(New).Count == 0, "the change is taken back");
    }

    [Fact]
    public async Task A_host_that_went_away_is_waited_for_while_it_may_come_back()
    {
        await using var server = await StartAsync();
        await using var fleet = await FleetAsync(server);
        var away = await LoseAsync(server, fleet);
        await CommitAsync(server, "100%", soak: TimeSpan.Zero, patience: TimeSpan.FromHours(1));
        await Eventually.HoldsAsync(async () => (await StatusAsync(server)) is { State: RolloutState.Running, Measures: { Realized: Hosts - 1, Disconnected: 1, WaitedFor: 1 } }, "the wave waits for it");
        await fleet.ConnectAsync(server.Channel(), away.Facts.Name, away.Facts.Addresses[0].ToString(), away.Policy);
        Assert.Equal((RolloutState.Completed, ""), ((await EndAsync(server)).State, (await EndAsync(server)).Reason));
    }

    [Fact]
    public async Task A_host_that_was_waited_for_in_vain_is_left_out_and_gets_the_newest_when_it_is_back()
    {
        await using var server = await StartAsync();
        await using var fleet = await FleetAsync(server);
        var away = await LoseAsync(server, fleet);
        await CommitAsync(server, "50%,100%", soak: TimeSpan.Zero, gate: "failed == 0", patience: TimeSpan.FromMilliseconds(500));
        var end = await EndAsync(server);
        Assert.Equal((RolloutState.Completed, 2), (end.State, end.ReleasedWaves));
        Assert.Contains("hosts do not hold the change yet", end.Reason, StringComparison.Ordinal);
        Assert.Contains($"default/{away.Facts.Name} Disconnected, not waited for", end.Reason, StringComparison.Ordinal);
        await fleet.ConnectAsync(server.Channel(), away.Facts.Name, away.Facts.Addresses[0].ToString(), away.Policy);
        await Eventually.HoldsAsync(() => fleet.Holding(New).Count == Hosts, "all hosts have the change");
    }

    [Theory]
    [InlineData("1,10%", "", "the last wave must be 100%")]
    [InlineData("", "failed == 0", "a gate, a soak or a patience without waves")]
    [InlineData("ten,100%", "", "'ten' is no wave")]
    [InlineData("5,2,100%", "", "'2' is no larger than '5'")]
    [InlineData("selector:app ==,100%", "", "at character")]
    [InlineData("101%,100%", "", "'101%' is no wave")]
    [InlineData("100%", "faild == 0", "gate, column 1: 'faild'; expected one of failed, rolledback")]
    [InlineData("100%", "failed = 0", "gate, column 8: '='; expected one of ==")]
    [InlineData("100%", "failed == x", "gate, column 11: 'x'; expected a number")]
    [InlineData("100%", "failed == 0 and stale == 0", "gate, column 13: 'and'; expected && or || or the end")]
    [InlineData("100%", "(failed == 0", "gate, column 13: the end; expected && or || or ')'")]
    [InlineData("100%", "denied < 5%", "counts flows")]
    public async Task Waves_and_gates_that_make_no_sense_are_refused_by_place_and_expectation(string waves, string gate, string message)
    {
        await using var server = await StartAsync();
        await server.AcceptAsync(TestFleet.World(2, Old));
        await SaveAsync(server, "draft", TestFleet.World(2, New));
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await server.Rollouts.CommitDraftAsync(new() { Waves = waves, Gate = gate }));
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Contains(message, refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Single((await server.Rollouts.ListDraftsAsync(new())).Drafts);
    }

    [Theory]
    [InlineData("failed == 0 && rolledback == 0", true)]
    [InlineData("failed == 0 || stale <= 2", true)]
    [InlineData("failed == 0 && (rolledback == 1 || stale != 2)", false)]
    [InlineData("disconnected < 10%", false)]
    [InlineData("disconnected <= 10% && pending>=3", true)]
    [InlineData("denied > 6", true)]
    public void A_gate_holds_or_says_which_comparison_does_not(string text, bool holds)
    {
        var measures = new ControlPlane.Rollouts.RolloutMeasures { Hosts = 50, Failed = 0, RolledBack = 0, Stale = 2, Disconnected = 5, Pending = 3, Denied = 7 };
        Assert.Equal(holds, Gate.Parse(text).Breach(measures) is null);
    }

    internal static Task<TestServer> StartAsync() => TestServer.StartAsync();

    internal static async Task<TestFleet> FleetAsync(TestServer server)
    {
        await server.AcceptAsync(TestFleet.World(Hosts, Old));
        var fleet = new TestFleet();
        await fleet.ConnectAsync(server.Channel(), Hosts);
        return fleet;
    }

    /// <summary>Begins a rollout that closes one port and opens another on all hosts.</summary>
    internal static async Task<long> CommitAsync(TestServer server, string waves, TimeSpan? soak = null, string gate = "", RolloutService.RolloutServiceClient? client = null, TimeSpan? patience = null)
    {
        await SaveAsync(server, "draft", TestFleet.World(Hosts, New));
        var response = await (client ?? server.Rollouts).CommitDraftAsync(new()
        {
            Waves = waves,
            Gate = gate,
            Soak = Duration.FromTimeSpan(soak ?? TimeSpan.FromMilliseconds(300)),
            Patience = patience is { } longest ? Duration.FromTimeSpan(longest) : null,
            Note = "open it",
        });
        Assert.True(response.Result.Accepted);
        Assert.Equal(response.Result.Revision, response.Rollout);
        return response.Rollout;
    }

    internal static async Task<SaveDraftResponse> SaveAsync(TestServer server, string name, string yaml)
    {
        var request = new SaveDraftRequest { Name = name, Author = "tester" };
        request.Documents.Add(new Wire.V1.Document { Name = "test.yaml", Content = ByteString.CopyFromUtf8(yaml) });
        return await server.Rollouts.SaveDraftAsync(request);
    }

    internal static async Task<RolloutStatus> StatusAsync(TestServer server, bool follow = false)
    {
        using var call = server.Rollouts.WatchRollout(new() { Follow = follow });
        RolloutStatus? last = null;
        await foreach (var status in call.ResponseStream.ReadAllAsync(new CancellationTokenSource(Eventually.Patience).Token))
            last = status;
        return last!;
    }

    /// <summary>Waits until the newest rollout has ended.</summary>
    internal static Task<RolloutStatus> EndAsync(TestServer server) => StatusAsync(server, follow: true);

    private static async Task<TestAgent> LoseAsync(TestServer server, TestFleet fleet)
    {
        var lost = fleet.Agents[0];
        await lost.DisposeAsync();
        fleet.Agents.RemoveAt(0);
        await Eventually.HoldsAsync(async () => (await server.Admin.StatusAsync(new())).Hosts.Count(host => host.Connected) == Hosts - 1, "a host is away");
        return lost;
    }

    private static async Task PausedAsync(TestServer server, long id)
    {
        var status = await server.Rollouts.OrderRolloutAsync(new() { Order = RolloutOrder.Pause, Author = "ada", Note = "let me see" });
        Assert.Equal((id, RolloutState.Paused, "ada: let me see"), (status.Rollout, status.State, status.Reason));
    }

    private static async Task<StatusCode> RefusedAsync<T>(Func<AsyncUnaryCall<T>> call) => (await Assert.ThrowsAsync<RpcException>(async () => await call())).StatusCode;
}
