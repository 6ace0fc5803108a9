using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

[Collection(ProcessCollection.Name)]
public sealed class SeveralControlPlanesTests : IAsyncLifetime
{
    private const int Open = 9080;

    private readonly AgentLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    // Not IAsyncDisposable, which the test runner does not know: agents would outlive their tests.
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task Whichever_is_there_is_found_and_the_way_to_all_of_them_stays_open()
    {
        // One is away, one is a hole that never answers, and outbound everything else is closed.
        _lab.Pair.Server.Ip("route add blackhole 192.0.2.0/24");
        var first = Policies.InboundOnly(7, Open, "10.99.0.1");
        await using var sixth = await FakeControlPlane.StartAsync(_lab.Pair.Client, _lab.Pair.ClientV6, first);
        using var agent = AgentProcess.Run(
            _lab.Host, _lab.Directory.Path, $"http://192.0.2.1:{FakeControlPlane.Port},{_lab.Url},http://[{_lab.Pair.ClientV6}]:{FakeControlPlane.Port}");
        sixth.Diagnose = () => agent.Output;
        var status = await sixth.RealizedAsync(first);
        Assert.Contains($"outbound TCP/{FakeControlPlane.Port} to 10.99.0.1, 192.0.2.1, fd99::1 (control-plane)", status.AlwaysOpen);

        await sixth.DisposeAsync();
        var second = Policies.InboundOnly(8, Open, "10.99.0.1");
        var fourth = await _lab.StartControlPlaneAsync(second);
        fourth.Diagnose = () => agent.Output;
        await fourth.RealizedAsync(second);
        Assert.Equal(7, fourth.Hellos.First().Revision);
    }
}
