using EdgeAgent.Netlink;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>Tells the core of every change that another process makes to what is ours in the kernel.</summary>
internal sealed class DriftWatch(IBackend backend, EventQueue events, ILogger<DriftWatch> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var culprit in backend.WatchAsync(stoppingToken).ConfigureAwait(false))
                    events.Post(new ForeignChange(events.Now, culprit));
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (NetlinkException e)
            {
                // Until it is open again the slow comparison notices what it would have told.
                AgentLog.SideWorkFailed(log, "watching for foreign changes", e.Message);
                await Task.Delay(Pause, events.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                events.Post(new ForeignChange(events.Now, Culprit.Unknown));
            }
        }
    }
}
