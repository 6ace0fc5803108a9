using EdgeAgent.Wire.V1;

namespace EdgeAgent.ControlPlane;

/// <summary>What the process counts of itself; safe to call from anywhere.</summary>
internal sealed class Telemetry
{
    private long _statuses;
    private long _resyncs;
    private long _transitionsLost;
    private long _observationsLost;
    private long _snapshots;
    private long _deltas;
    private long _inSyncs;
    private long _accepted;
    private long _refused;
    private long _failed;

    /// <summary>How long changes took from request to publication, in seconds.</summary>
    public Histogram ChangeDuration { get; } = new(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);

    /// <summary>Status reports received.</summary>
    public long Statuses => Interlocked.Read(ref _statuses);

    /// <summary>Times that a host asked for a snapshot.</summary>
    public long Resyncs => Interlocked.Read(ref _resyncs);

    /// <summary>Status transitions that never reached the store.</summary>
    public long TransitionsLost => Interlocked.Read(ref _transitionsLost);

    /// <summary>Observations that never reached the store.</summary>
    public long ObservationsLost => Interlocked.Read(ref _observationsLost);

    /// <summary>Messages sent, by kind.</summary>
    public IEnumerable<(string Kind, long Count)> Sends =>
        [("snapshot", Interlocked.Read(ref _snapshots)), ("delta", Interlocked.Read(ref _deltas)), ("in_sync", Interlocked.Read(ref _inSyncs))];

    /// <summary>Changes asked for, by what became of them.</summary>
    public IEnumerable<(string Result, long Count)> Changes =>
        [("accepted", Interlocked.Read(ref _accepted)), ("refused", Interlocked.Read(ref _refused)), ("failed", Interlocked.Read(ref _failed))];

    /// <summary>A host reported.</summary>
    public void StatusReceived() => Interlocked.Increment(ref _statuses);

    /// <summary>A host asked for a snapshot.</summary>
    public void ResyncAsked() => Interlocked.Increment(ref _resyncs);

    /// <summary>A status transition could not be kept.</summary>
    public void TransitionLost() => Interlocked.Increment(ref _transitionsLost);

    /// <summary>An observation never reached the store.</summary>
    public void ObservationLost() => Interlocked.Increment(ref _observationsLost);

    /// <summary>A message went to a host.</summary>
    public void Sent(ServerMessage.MessageOneofCase kind)
    {
        switch (kind)
        {
            case ServerMessage.MessageOneofCase.Snapshot:
                Interlocked.Increment(ref _snapshots);
                break;
            case ServerMessage.MessageOneofCase.Delta:
                Interlocked.Increment(ref _deltas);
                break;
            case ServerMessage.MessageOneofCase.InSync:
                Interlocked.Increment(ref _inSyncs);
                break;
        }
    }

    /// <summary>A change was made, or refused for its errors.</summary>
    public void Changed(bool accepted, TimeSpan took)
    {
        if (accepted)
            Interlocked.Increment(ref _accepted);
        else
            Interlocked.Increment(ref _refused);
        ChangeDuration.Observe(took.TotalSeconds);
    }

    /// <summary>A change failed because the store could not be written.</summary>
    public void ChangeFailed() => Interlocked.Increment(ref _failed);
}
