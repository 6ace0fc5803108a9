using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>Prunes the log of revisions from time to time, in small steps, so that nobody who writes waits long.</summary>
internal sealed partial class HistoryKeeper(HistoryPruning pruning, ServerConfiguration configuration, TimeProvider time, ILogger<HistoryKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenSteps = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LargestDrift = TimeSpan.FromDays(1);

    private readonly (DateTimeOffset Wall, long Steady) _started = (time.GetUtcNow(), time.GetTimestamp());
    private string? _problem;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retention = configuration.History;
        if (retention.Age == TimeSpan.Zero)
            return;
        var wait = retention.LookInterval < AfterStart ? retention.LookInterval : AfterStart;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = retention.LookInterval;
            await PruneAsync(retention, stoppingToken);
        }
    }

    private async Task PruneAsync(HistoryRetention retention, CancellationToken stopping)
    {
        try
        {
            var (documents, step) = (0, new PruningStep());
            while (!stopping.IsCancellationRequested && !step.IsDone && !HasJumped())
            {
                step = await Task.Run(() => pruning.Step(retention, time.GetUtcNow()), CancellationToken.None);
                documents += step.Documents;
                await Task.Delay(BetweenSteps, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (documents > 0)
                LogPruned(documents, step.Horizon);
            _problem = null;
        }
        catch (StoreException e)
        {
            if (e.Message != _problem)
                LogStuck(e.Message);
            _problem = e.Message;
        }
    }

    // A clock that was set by days while we ran says nothing of how old a revision is.
    private bool HasJumped() => (time.GetUtcNow() - _started.Wall - time.GetElapsedTime(_started.Steady)).Duration() > LargestDrift;

    [LoggerMessage(Level = LogLevel.Information, Message = "{Documents} documents that others replaced long ago are not kept any more; revisions from {Horizon} on can be gone back to")]
    private partial void LogPruned(int documents, Revision horizon);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old documents are kept on: {Problem}")]
    private partial void LogStuck(string problem);
}
