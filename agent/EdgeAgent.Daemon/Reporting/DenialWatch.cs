using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>Gathers the packets that the table's rules log as denied.</summary>
internal sealed class DenialWatch(KernelPlace place, DeniedFlows denied, EventQueue events, ILogger<DenialWatch> log) : BackgroundService
{
    private static readonly ushort LogGroup = CompileOptions.Default.LogGroup;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var group = new PacketLog(new PacketLogOptions(LogGroup) { NetworkNamespace = place.NetworkNamespace });
                await foreach (var packet in group.ReadAsync(stoppingToken).ConfigureAwait(false))
                    denied.Add(packet, events.TimeOfDay);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (NetlinkException e)
            {
                AgentLog.SideWorkFailed(log, $"listening to log group {LogGroup} (denied flows are not reported)", e.Message);
                await Task.Delay(Pause, events.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
