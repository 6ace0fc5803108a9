using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

[Collection(OtherProcessCollection.Name)]
public sealed class PurgeTests : IAsyncLifetime
{
    private const int Open = 9080, Closed = 9081;
    private static readonly HostPolicy First = Policies.Inbound(7, Open, "10.99.0.1");

    private readonly AgentLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    // Not IAsyncDisposable, which the test runner does not know: agents would outlive their tests.
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Theory]
    [InlineData("open", true, ProbeResult.Answered, ProbeResult.Answered, ProbeResult.Answered)]
    [InlineData("open", false, ProbeResult.Answered, ProbeResult.Answered, ProbeResult.Answered)]
    [InlineData("closed-except-failsafe", true, ProbeResult.Silent, ProbeResult.Silent, ProbeResult.Answered)]
    [InlineData("closed-except-failsafe", false, ProbeResult.Silent, ProbeResult.Silent, ProbeResult.Answered)]
    [InlineData("keep", true, ProbeResult.Answered, ProbeResult.Silent, ProbeResult.Answered)]
    public async Task Each_end_state_is_what_its_name_says_and_a_running_agent_leaves_it_alone(string endState, bool running, ProbeResult open, ProbeResult closed, ProbeResult ssh)
    {
        foreach (var port in new[] { Open, Closed, 22 })
            _lab.Serve(port);
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        var agent = _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        if (!running)
            agent.Stop();

        var purge = _lab.Command("purge", "--end-state", endState);
        Assert.True(purge.ExitCode == 0, purge.Errors);
        Assert.Equal((open, closed, ssh), (_lab.Tcp(Open), _lab.Tcp(Closed), _lab.Tcp(22)));
        Assert.False(File.Exists(_lab.Directory.State.Policy));
        var left = _lab.Table() is { } table ? RulesetText.Of(table) : "";
        if (running)
        {
            controlPlane.Publish(Policies.Inbound(8, Closed, "10.99.0.1"));
            await controlPlane.WaitAsync(status => status.State == Contracts.HostState.Failed && status.Reason.Contains("purged", StringComparison.Ordinal), "that says purged");
            Assert.Equal(left, _lab.Table() is { } after ? RulesetText.Of(after) : "");
            agent.Stop();
            Assert.False(File.Exists(_lab.Directory.State.Policy));
        }

        // Started again it is managed again.
        var last = Policies.Inbound(9, Open, "10.99.0.1");
        controlPlane.Publish(last);
        _lab.StartAgent();
        await controlPlane.RealizedAsync(last);
        Assert.Equal((ProbeResult.Answered, ProbeResult.Silent), (_lab.Tcp(Open), _lab.Tcp(Closed)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_left_on_the_disk_but_the_identity_where_that_is_asked_for(bool keepIdentity)
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        var agent = _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        agent.Stop();
        foreach (var file in new[] { _lab.Directory.State.Identity, _lab.Directory.State.EnrolmentKey, _lab.Directory.State.SignedMark })
            File.WriteAllText(file, "x");

        var purge = _lab.Command("purge", keepIdentity ? ["--end-state", "open", "--keep-identity"] : ["--end-state", "open"]);
        Assert.True(purge.ExitCode == 0, purge.Errors);
        string[] left = keepIdentity ? [_lab.Directory.State.EnrolmentKey, _lab.Directory.State.Identity] : [];
        Assert.Equal(left, Directory.GetFileSystemEntries(_lab.Directory.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Verify_says_what_differs()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(First);
        var agent = _lab.StartAgent();
        await controlPlane.RealizedAsync(First);
        agent.Stop();
        var equal = _lab.Command("verify");
        Assert.True(equal.ExitCode == 0, equal.Output);
        _lab.Host.Nft("insert rule inet edgeagent input tcp dport 9081 accept");
        var drift = _lab.Command("verify");
        Assert.Equal(1, drift.ExitCode);
        Assert.Contains("+ ", drift.Output, StringComparison.Ordinal);
        Assert.Contains("9081", drift.Output, StringComparison.Ordinal);
        _lab.Host.Nft("flush ruleset");
        Assert.Equal(1, _lab.Command("verify").ExitCode);
        Assert.Equal(0, _lab.Command("show").ExitCode);
    }
}
