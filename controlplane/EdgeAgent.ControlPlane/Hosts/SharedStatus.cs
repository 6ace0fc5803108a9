using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>
/// Lets control planes that share a database know where each other's hosts stand: each writes the entries of its own hosts that changed,
/// and reads those of the others, once a second. One that no longer shows a sign of life is taken for gone, with its connections.
/// </summary>
internal sealed partial class SharedStatus(StatusTable table, StatusBoard board, TransitionRecorder recorder, TimeProvider time, ILogger<SharedStatus> logger, ServerCertificates? certificates = null) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly Dictionary<HostName, HostEntry> _written = [];
    private readonly Dictionary<string, (long Beat, long At)> _lives = [];
    private long _read;
    private bool _failed;

    /// <summary>This process among those that share the database.</summary>
    private string Replica { get; } = Guid.NewGuid().ToString("N");

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await Task.Run(Exchange, CancellationToken.None);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Exchange()
    {
        try
        {
            Write();
            Read();
            Bury();
            if (_failed)
                LogBack();
            _failed = false;
        }
        catch (StoreException e)
        {
            if (!_failed)
                LogFailed(e.Message);
            _failed = true;
        }
    }

    private void Write()
    {
        // Whoever left is written once more; an entry that began elsewhere is not ours to write.
        var changed = board.Own().Where(entry => (entry.IsConnected || _written.ContainsKey(entry.Host)) && !ReferenceEquals(_written.GetValueOrDefault(entry.Host), entry)).ToList();
        table.Write(Replica, certificates?.Authorities?.Current.Version ?? 0, changed);
        foreach (var entry in changed)
        {
            if (entry.IsConnected)
                _written[entry.Host] = entry;
            else
                _written.Remove(entry.Host);
        }
    }

    private void Read()
    {
        foreach (var row in table.After(_read))
        {
            _read = row.Number;
            if (row.Replica != Replica)
                board.TakeForeign(row.Entry);
        }
    }

    private void Bury()
    {
        var now = time.GetTimestamp();
        foreach (var (replica, beat) in table.Beats())
        {
            if (!_lives.TryGetValue(replica, out var seen) || seen.Beat != beat)
                _lives[replica] = (beat, now);
            else if (time.GetElapsedTime(seen.At) > Patience && replica != Replica)
                Bury(replica);
        }
    }

    private void Bury(string replica)
    {
        const string reason = "the control plane that it was connected to is gone";
        var lost = table.Disconnect(replica, reason);
        LogGone(lost.Count);
        _lives.Remove(replica);
        foreach (var entry in lost)
        {
            if (!board.Own().Any(own => own.Host == entry.Host && own.IsConnected))
                recorder.Add((entry with { State = HostState.Disconnected, Reason = reason, IsConnected = false }).TransitionAt(time.GetUtcNow()));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Another control plane is gone; {Hosts} hosts were connected to it")]
    private partial void LogGone(int hosts);

    [LoggerMessage(Level = LogLevel.Error, Message = "Where hosts stand could not be exchanged with other control planes: {Problem}")]
    private partial void LogFailed(string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Where hosts stand is exchanged with other control planes again")]
    private partial void LogBack();
}
