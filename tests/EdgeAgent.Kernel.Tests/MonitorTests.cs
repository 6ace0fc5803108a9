using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using static EdgeAgent.Kernel.Tests.SampleRulesets;

namespace EdgeAgent.Kernel.Tests;

public sealed class MonitorTests : KernelTest
{
    private static readonly TimeSpan Liveness = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _stop = new(Liveness);
    private readonly RulesetMonitor _monitor;
    private readonly IAsyncEnumerator<RulesetChange> _changes;

    public MonitorTests()
    {
        Kernel.Commit(Installation.Of(Everything));
        _monitor = new RulesetMonitor(Kernel.PortId, Host.Path);
        _changes = _monitor.WatchAsync(_stop.Token).GetAsyncEnumerator();
    }

    public override void Dispose()
    {
        _stop.Cancel();
        _monitor.Dispose();
        _stop.Dispose();
        base.Dispose();
    }

    private async Task<RulesetChange> NextAsync()
    {
        Assert.True(await _changes.MoveNextAsync());
        return _changes.Current;
    }

    [Fact]
    public async Task Our_own_commit_is_told_as_ours_and_as_no_foreign_touch()
    {
        var committed = Commit(new CreateCounter("c"), new FlushChain("input"));
        var change = await NextAsync();
        Assert.Equal((committed.Generation, true, false, false), (change.Generation, change.Own, change.TouchesTable, change.Lost));
        // The kernel names the thread; it may be gone by now.
        Assert.NotEqual(0u, change.ProcessId);
    }

    [Theory]
    [InlineData("flush ruleset", "delete table")]
    [InlineData("delete table inet edgeagent", "delete table")]
    [InlineData("flush chain inet edgeagent input", "delete rules of chain input (4)")]
    [InlineData("add rule inet edgeagent input accept", "add rules to chain input")]
    [InlineData("add chain inet edgeagent x", "add chain x")]
    [InlineData("flush map inet edgeagent in-tcp-9080.4", "delete elements of in-tcp-9080.4 (3)")]
    [InlineData("add element inet edgeagent in-tcp-9080.4 { 10.9.9.9 : \"denied.in\" }", "add elements to in-tcp-9080.4")]
    [InlineData("delete element inet edgeagent in-tcp-9080.4 { 10.0.0.1 }", "delete elements of in-tcp-9080.4")]
    [InlineData("add counter inet edgeagent c", "add object c")]
    [InlineData("add set inet edgeagent s { type ipv4_addr; }", "add set s")]
    public async Task A_foreign_change_of_our_table_is_told_with_its_culprit(string command, string detail)
    {
        Host.Nft("-f -", command + "\n");
        var change = await NextAsync();
        Assert.Equal((Kernel.ReadGeneration(), false, true, "nft"), (change.Generation, change.Own, change.TouchesTable, change.ProcessName));
        Assert.NotEqual((uint)Environment.ProcessId, change.ProcessId);
        Assert.NotEqual(0u, change.ProcessId);
        Assert.Contains(detail, change.Details);
    }

    [Fact]
    public async Task A_change_of_another_table_does_not_touch_ours()
    {
        Host.Nft("-f -", "table inet edgeagent2 { chain c { type filter hook input priority 0; }\n }\n table ip edgeagen { counter x { }\n }\n");
        var change = await NextAsync();
        Assert.Equal((false, false, "nft"), (change.Own, change.TouchesTable, change.ProcessName));
        Assert.Empty(change.Details);
    }

    [Fact]
    public async Task A_commit_that_begins_with_another_table_and_touches_ours_is_told()
    {
        Host.Nft("-f -", "table inet other { chain c { }\n }\n add counter inet edgeagent c\n");
        Assert.Equal(["add object c"], (await NextAsync()).Details);
    }

    [Fact]
    public async Task A_flood_of_foreign_changes_is_bounded_in_words()
    {
        Host.Nft("-f -", string.Concat(Enumerable.Range(0, 100).Select(static i => $"add counter inet edgeagent c{i}\n")));
        var change = await NextAsync();
        Assert.Equal(RulesetChange.MostDetails, change.Details.Count);
        Assert.Equal("85 more", change.Details[^1]);
    }

    [Fact]
    public async Task Lost_notifications_are_told_and_the_monitor_lives_on()
    {
        // More than any receive buffer holds: 200,000 element messages, unread.
        Host.Nft("add set inet edgeagent s { type ipv4_addr; size 200000; }");
        Host.Nft("-f -", "add element inet edgeagent s { " + string.Join(',', Enumerable.Range(0, 60_000).Select(static i => $"10.0.{i >> 8}.{i & 255}")) + " }\n");
        RulesetChange change;
        do
            change = await NextAsync();
        while (!change.Lost);
        Assert.True(change.TouchesTable);
        Host.Nft("delete table inet edgeagent");
        do
            change = await NextAsync();
        while (!change.Details.Contains("delete table"));
        Assert.Equal("nft", change.ProcessName);
    }

    [Fact]
    public async Task While_paused_nothing_is_told()
    {
        _monitor.Pause();
        Host.Nft("add counter inet edgeagent paused");
        _monitor.Resume();
        Host.Nft("add counter inet edgeagent resumed");
        Assert.Equal(["add object resumed"], (await NextAsync()).Details);
    }

    [Fact]
    public async Task Watching_ends_when_it_is_cancelled()
    {
        var next = _changes.MoveNextAsync().AsTask();
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(Liveness));
    }

    [Fact]
    public async Task A_monitor_that_commits_nothing_itself_sees_all_as_foreign()
    {
        using var monitor = new RulesetMonitor(0, Host.Path);
        await using var changes = monitor.WatchAsync(_stop.Token).GetAsyncEnumerator();
        Commit(new CreateCounter("c"));
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal((false, true), (changes.Current.Own, changes.Current.TouchesTable));
        Assert.Equal(["add object c"], changes.Current.Details);
    }
}
