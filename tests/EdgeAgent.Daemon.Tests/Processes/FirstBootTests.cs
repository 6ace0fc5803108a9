using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

/// <summary>What packets meet at a host that has no policy yet.</summary>
[Collection(OtherProcessCollection.Name)]
public sealed class FirstBootTests : IAsyncLifetime
{
    private const int Ssh = 22, Open = 9080, Closed = 9081;

    private readonly AgentLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    // Not IAsyncDisposable, which the test runner does not know: agents would outlive their tests.
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task Closed_except_failsafe_lets_failsafes_pass_until_there_is_a_policy_and_keeps_nothing_of_it()
    {
        foreach (var port in (int[])[Ssh, Open, Closed])
            _lab.Serve(port);
        File.WriteAllText(Path.Combine(_lab.Directory.Path, "agent.json"), "{\"firstBoot\": \"closed-except-failsafe\"}");
        var agent = _lab.StartAgent("--config", Path.Combine(_lab.Directory.Path, "agent.json"));
        await AgentLab.UntilAsync(() => _lab.Status() is { Reason: var reason } && reason.Contains("closed except for failsafes", StringComparison.Ordinal), "a closed host", () => agent.Output);
        Assert.Equal((ProbeResult.Answered, ProbeResult.Silent, ProbeResult.Silent), (_lab.Tcp(Ssh), _lab.Tcp(Open), _lab.Tcp(Closed)));
        Assert.False(File.Exists(_lab.Directory.State.Policy));

        // The agent ends, the rules stay; started again it is closed again, and the control plane is reached nevertheless.
        agent.Kill();
        Assert.Equal(ProbeResult.Silent, _lab.Tcp(Open));
        _lab.StartAgent("--first-boot", "closed-except-failsafe");
        var first = Policies.Inbound(7, Open, "10.99.0.1");
        var controlPlane = await _lab.StartControlPlaneAsync(first);
        await controlPlane.RealizedAsync(first);
        Assert.Equal((0L, ""), (controlPlane.Hellos.First().Revision, controlPlane.Hellos.First().Digest));
        Assert.Equal((ProbeResult.Answered, ProbeResult.Silent), (_lab.Tcp(Open), _lab.Tcp(Closed)));
        Assert.True(File.Exists(_lab.Directory.State.Policy));
    }

    [Fact]
    public async Task Open_writes_nothing_until_there_is_a_policy()
    {
        _lab.Serve(Open);
        var agent = _lab.StartAgent();
        await AgentLab.UntilAsync(() => _lab.Status() is { Reason: "no policy yet", ConnectionProblem.Length: > 0 }, "an agent without a policy", () => agent.Output);
        Assert.Equal(ProbeResult.Answered, _lab.Tcp(Open));
        Assert.Null(_lab.Table());
    }
}
