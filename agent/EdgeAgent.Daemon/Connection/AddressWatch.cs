using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;
using EdgeAgent.Netlink;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>Tells when the host's addresses become others, so that the control plane hears of it at once: policies of other hosts name them.</summary>
internal sealed class AddressWatch(AgentOptions options, KernelPlace place, EventQueue clock, ILogger<AddressWatch> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Who gives an interface another address takes the old one away first.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);

    private EquatableArray<IpAddress> _last = InterfaceAddresses.Reachable(place.NetworkNamespace);
    private CancellationTokenSource _changed = new();

    /// <summary>Is cancelled when the addresses are others than now.</summary>
    internal CancellationToken Changed => Volatile.Read(ref _changed).Token;

    public override void Dispose()
    {
        _changed.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Given addresses are what the host has, whatever its interfaces say.
        while (options.Addresses.IsEmpty && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var monitor = new AddressMonitor(place.NetworkNamespace);
                Compare();
                await foreach (var _ in monitor.WatchAsync(stoppingToken).ConfigureAwait(false))
                {
                    await Task.Delay(Settling, clock.Time, stoppingToken).ConfigureAwait(false);
                    Compare();
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (NetlinkException e)
            {
                AgentLog.SideWorkFailed(log, "watching the addresses of interfaces", e.Message);
                await Task.Delay(Pause, clock.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Compare()
    {
        var now = InterfaceAddresses.Reachable(place.NetworkNamespace);
        if (now == _last)
            return;
        _last = now;
        AgentLog.Info(log, $"the host's addresses are now {string.Join(", ", now)}");
        Interlocked.Exchange(ref _changed, new()).Cancel();
    }
}
