using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>Tells systemd of readiness and of the stop, and that the process lives for as long as it can do its work.</summary>
internal sealed partial class SystemdService(SystemdNotifier notifier, Liveness liveness, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SystemdService> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var started = lifetime.ApplicationStarted.Register(() => notifier.Send("READY=1"));
        using var stopped = lifetime.ApplicationStopping.Register(() => notifier.Send("STOPPING=1"));
        if (notifier.WatchdogInterval is not { } interval)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stoppingToken);
            return;
        }

        using var timer = new PeriodicTimer(interval, time);
        do
        {
            if (await liveness.StandstillAsync(interval) is { } problem)
                LogProblem(problem);
            else
                notifier.Send("WATCHDOG=1");
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Not telling systemd that the process lives: {Problem}")]
    private partial void LogProblem(string problem);
}
