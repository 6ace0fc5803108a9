using Microsoft.Extensions.Hosting;

namespace EdgeAgent.Daemon;

/// <summary>Tells the service supervisor when the agent is ready, lives, and ends.</summary>
internal sealed class SupervisorService(ServiceSupervisor supervisor, Agent agent, EventQueue clock) : BackgroundService
{
    /// <summary>Boot waits no longer than this for the policy from disk (rule 2).</summary>
    internal static readonly TimeSpan BootPatience = TimeSpan.FromSeconds(15);

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        supervisor.Stopping();
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await agent.WaitForBootAsync(stoppingToken).ConfigureAwait(false);
        supervisor.Ready();
        if (supervisor.Watchdog is not { } limit)
            return;

        // A core that does not turn is not alive, whatever this task does.
        var seen = -1L;
        while (!stoppingToken.IsCancellationRequested)
        {
            var turns = agent.Turns;
            if (turns != seen)
                supervisor.Alive();
            seen = turns;
            await Task.Delay(limit / 3, clock.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
