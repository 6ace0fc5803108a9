using System.Threading.Channels;
using EdgeAgent.ControlPlane.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>Writes status transitions to the store.</summary>
internal sealed class TransitionRecorder(TransitionLog log, Telemetry telemetry, ILogger<TransitionRecorder> logger)
    : BatchRecorder<StatusTransition>(log.Append, telemetry.TransitionLost, logger);

/// <summary>Writes observations to the store.</summary>
internal sealed class ObservationRecorder(ObservationLog log, Telemetry telemetry, ILogger<ObservationRecorder> logger)
    : BatchRecorder<Observation>(log.Append, telemetry.ObservationLost, logger);

/// <summary>Writes rows to a log of the store, many in one commit, and none from the path of a report.</summary>
internal abstract class BatchRecorder<T>(Func<IReadOnlyList<T>, long> append, Action lost, ILogger logger) : BackgroundService
{
    private const int MostWaiting = 65_536;
    private const int BatchSize = 4_096;

    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly Channel<T> _waiting = Channel.CreateBounded<T>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    /// <summary>Takes a row. While the store cannot be written they wait, up to a limit; what is beyond it is lost, counted and said.</summary>
    public void Add(T row)
    {
        if (_waiting.Writer.TryWrite(row))
            return;
        lost();
        RecorderLog.Lost(logger, row);
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
            if (_waiting.Reader.Count < BatchSize)
                await Task.Delay(Gather, stoppingToken);
            var batch = TakeBatch();
            while (!TryWrite(batch))
                await Task.Delay(Retry, stoppingToken);
        }
    }

    private List<T> TakeBatch()
    {
        var batch = new List<T>();
        while (batch.Count < BatchSize && _waiting.Reader.TryRead(out var row))
            batch.Add(row);
        return batch;
    }

    private bool TryWrite(List<T> batch)
    {
        try
        {
            append(batch);
            return true;
        }
        catch (StoreException e)
        {
            RecorderLog.NotWritten(logger, batch.Count, e.Message);
            return false;
        }
    }
}

/// <summary>What recorders say.</summary>
internal static partial class RecorderLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Row} is lost: too many rows wait for the store")]
    public static partial void Lost(ILogger logger, object? row);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} rows could not be stored: {Reason}")]
    public static partial void NotWritten(ILogger logger, int count, string reason);
}
