namespace EdgeAgent.Daemon.Tests;

/// <summary>What an agent sends besides messages; a control plane gets it from every host.</summary>
[Collection(ProcessCollection.Name)]
public sealed class TrafficTests : IAsyncLifetime
{
    private readonly AgentLab _lab = new();

    public Task InitializeAsync() => Task.CompletedTask;

    // Not IAsyncDisposable, which the test runner does not know: agents would outlive their tests.
    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task An_agent_asks_for_no_answers_while_messages_come()
    {
        var controlPlane = await _lab.StartControlPlaneAsync(Policies.Inbound(1, 9080, "10.99.0.1"));
        _lab.StartAgent();
        for (var revision = 2; revision < 6; revision++)
        {
            var policy = Policies.Inbound(revision, 9080, "10.99.0.1");
            controlPlane.Publish(policy);
            await controlPlane.RealizedAsync(policy);
        }

        Assert.InRange(controlPlane.Frames.Messages, 5, int.MaxValue);
        Assert.Equal(0, controlPlane.Frames.Questions);
    }
}
