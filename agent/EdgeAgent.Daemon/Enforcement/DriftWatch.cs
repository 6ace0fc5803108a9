using EdgeAgent.Netlink;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.Daemon;

/// <summary>
/// Tells the core of every change that another process makes to what is ours in the kernel. While changes come without end it listens
/// once in a while only: hearing each of them would cost more than undoing them.
/// </summary>
internal sealed class DriftWatch(IBackend backend, Agent agent, EventQueue events, ILogger<DriftWatch> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Culprit? missed = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                missed = await ListenAsync(missed, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (NetlinkException e)
            {
                // Until it is open again the slow comparison notices what it would have told.
                AgentLog.SideWorkFailed(log, "watching for foreign changes", e.Message);
                missed = Culprit.Unknown;
            }

            await Task.Delay(Pause, events.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Listens until changes come without end.</summary>
    /// <param name="missed">Who made a change while nobody listened, or may have; null for nobody.</param>
    /// <param name="stopping">Ends it.</param>
    /// <returns>Who made the last change.</returns>
    private async Task<Culprit> ListenAsync(Culprit? missed, CancellationToken stopping)
    {
        var changes = backend.WatchAsync(stopping).GetAsyncEnumerator(stopping);
        await using (changes.ConfigureAwait(false))
        {
            // From here on nothing is missed.
            var next = changes.MoveNextAsync().AsTask();
            if (missed is not null)
                events.Post(new ForeignChange(events.Now, missed));
            while (await next.ConfigureAwait(false))
            {
                events.Post(new ForeignChange(events.Now, changes.Current));
                if (agent.State.Paced)
                    return changes.Current;
                next = changes.MoveNextAsync().AsTask();
            }
        }

        return Culprit.Unknown;
    }
}
