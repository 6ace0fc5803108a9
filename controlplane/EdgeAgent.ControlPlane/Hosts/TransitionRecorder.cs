using System.Threading.Channels;
using EdgeAgent.ControlPlane.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>Writes status transitions to the store, many in one commit, and none from the path of a report.</summary>
internal sealed partial class TransitionRecorder(TransitionLog log, Telemetry telemetry, ILogger<TransitionRecorder> logger) : BackgroundService
{
    private const int MostWaiting = 65_536;
    private const int BatchSize = 1_000;

    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly Channel<StatusTransition> _waiting = Channel.CreateBounded<StatusTransition>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    /// <summary>Takes a transition. While the store cannot be written they wait, up to a limit; what is beyond it is lost, counted and said.</summary>
    public void Add(StatusTransition transition)
    {
        if (_waiting.Writer.TryWrite(transition))
            return;
        telemetry.TransitionLost();
        LogLost(transition.Host, transition.State);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
        while (TakeBatch() is { Count: > 0 } rest)
        {
            if (!TryWrite(rest))
                return;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(Gather, stoppingToken);
            var batch = TakeBatch();
            while (!TryWrite(batch))
                await Task.Delay(Retry, stoppingToken);
        }
    }

    private List<StatusTransition> TakeBatch()
    {
        var batch = new List<StatusTransition>();
        while (batch.Count < BatchSize && _waiting.Reader.TryRead(out var transition))
            batch.Add(transition);
        return batch;
    }

    private bool TryWrite(List<StatusTransition> batch)
    {
        try
        {
            log.Append(batch);
            return true;
        }
        catch (StoreException e)
        {
            LogNotWritten(batch.Count, e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The transition of {Host} to {State} is lost: too many wait for the store")]
    private partial void LogLost(HostName host, Contracts.HostState state);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} status transitions could not be stored: {Reason}")]
    private partial void LogNotWritten(int count, string reason);
}
