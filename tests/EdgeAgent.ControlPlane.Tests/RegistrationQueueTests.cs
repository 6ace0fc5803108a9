using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class RegistrationQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Who_comes_first_is_not_kept_waiting_and_who_comes_in_a_crowd_shares_a_revision()
    {
        var publisher = new Publisher(FleetState.Empty);
        using var due = new SemaphoreSlim(0);
        using var queue = new RegistrationQueue(publisher, () => due.Release());
        for (var host = 0; host < 300; host++)
            publisher.Subscribe(new(), static _ => true);

        queue.Add(Host(0));
        Assert.Single(queue.TakeDue());
        queue.Rest();

        for (var host = 1; host <= 50; host++)
        {
            queue.Add(Host(host));
            Assert.Empty(queue.TakeDue());
        }

        var together = queue.TakeDue();
        while (together.Count == 0)
        {
            Assert.True(due.Wait(Patience));
            together = queue.TakeDue();
        }

        Assert.Equal(50, together.Count);
        Assert.Empty(queue.TakeDue());
    }

    [Fact]
    public void A_fleet_of_nobody_needs_no_rest()
    {
        using var queue = new RegistrationQueue(new Publisher(FleetState.Empty), static () => Assert.Fail("there is nothing to wait for"));
        for (var host = 0; host < 3; host++)
        {
            queue.Add(Host(host));
            Assert.Single(queue.TakeDue());
            queue.Rest();
        }
    }

    [Fact]
    public async Task Who_waits_when_it_ends_is_told()
    {
        var publisher = new Publisher(FleetState.Empty);
        publisher.Subscribe(new(), static _ => true);
        var queue = new RegistrationQueue(publisher, () => { });
        queue.Rest();
        var waiting = Host(1);
        queue.Add(waiting);
        queue.Dispose();
        await Assert.ThrowsAsync<TaskCanceledException>(() => waiting.Done.WaitAsync(Patience));
    }

    private static RegistrationWork Host(int number)
    {
        Assert.True(RegisteredHost.TryRead(TestAgent.FactsOf($"h{number}", $"10.0.{number / 200}.{1 + (number % 200)}"), out var host, out var refusal), refusal);
        return new(host);
    }
}
