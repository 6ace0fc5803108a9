using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>Tells the core of every change that another process makes to our table.</summary>
internal sealed class DriftWatch(IKernel kernel, KernelPlace place, EventQueue events, ILogger<DriftWatch> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var monitor = new RulesetMonitor(kernel.PortId, place.NetworkNamespace);
                await foreach (var change in monitor.WatchAsync(stoppingToken).ConfigureAwait(false))
                {
                    if (change is { Own: false, TouchesTable: true })
                        events.Post(new ForeignChange(events.Now, new Culprit((int)change.ProcessId, change.ProcessName)));
                }
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
