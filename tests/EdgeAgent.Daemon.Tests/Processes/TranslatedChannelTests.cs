using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Daemon.Tests;

[Collection(ProcessCollection.Name)]
public sealed class TranslatedChannelTests : IAsyncLifetime
{
    private const int Open = 9080;

    private readonly AgentLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    // Not IAsyncDisposable, which the test runner does not know: agents would outlive their tests.
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task A_policy_that_would_cut_the_agents_own_connection_behind_a_translation_waits_for_an_operator()
    {
        _lab.Host.Nft("-f -", $"table ip nat {{ chain output {{ type nat hook output priority -100; ip daddr 10.99.0.77 tcp dport 443 dnat to 10.99.0.1:{FakeControlPlane.Port}; }}; }}\n");
        var open = Policies.Inbound(7, Open, "10.99.0.1");
        var controlPlane = await _lab.StartControlPlaneAsync(open);
        using var agent = AgentProcess.Run(_lab.Host, _lab.Directory.Path, "http://10.99.0.77:443");
        controlPlane.Diagnose = () => agent.Output;
        await controlPlane.RealizedAsync(open);

        // The failsafe means the address that was dialled; the table sees the other one.
        var closed = Policies.InboundOnly(8, Open, "10.99.0.1");
        controlPlane.Publish(closed);
        var status = await controlPlane.WaitAsync(status => status.State == HostState.Failed, "failed");
        Assert.Contains("own connection to the control plane, whose address this host translates to 10.99.0.1 port 7400", status.Reason, StringComparison.Ordinal);
        Assert.Equal(7, status.Realized.Number);
        Assert.Equal<Revision?>(open.Revision, Stamp.Of(_lab.Table()!)?.Revision);

        controlPlane.Send(new() { Command = new() { Retry = new() { Revision = 8 } } });
        await AgentLab.UntilAsync(() => Stamp.Of(_lab.Table()!)?.Revision == closed.Revision, "the policy that an operator insists on", () => agent.Output);
    }
}
