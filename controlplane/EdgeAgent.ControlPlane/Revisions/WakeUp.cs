using System.Threading.Tasks.Sources;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>
/// A signal for one waiter; setting it twice before it is waited for counts once. It is waited for again and again, and each wait reuses
/// what the one before was made of: every host's connection waits nearly always.
/// </summary>
internal sealed class WakeUp : IValueTaskSource<bool>, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Timer _timer;
    private ManualResetValueTaskSourceCore<bool> _wait = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancelling;
    private long _until;
    private bool _isSet;
    private bool _isWaitedFor;

    public WakeUp() => _timer = new(static state => ((WakeUp)state!).TimePassed(), this, Timeout.Infinite, Timeout.Infinite);

    /// <summary>Wakes the waiter, or lets its next wait end at once.</summary>
    public void Set()
    {
        lock (_lock)
        {
            if (Ends())
                _wait.SetResult(true);
            else
                _isSet = true;
        }
    }

    /// <summary>Waits for the signal; false if the time passed first. The wait is awaited at once, and before the next one begins.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ValueTask<bool> WaitAsync(TimeSpan most, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_isWaitedFor)
                throw new InvalidOperationException("somebody waits already");
            if (cancel.IsCancellationRequested)
                return ValueTask.FromCanceled<bool>(cancel);
            if (_isSet || most == TimeSpan.Zero)
            {
                var wasSet = _isSet;
                _isSet = false;
                return new(wasSet);
            }

            _wait.Reset();
            _isWaitedFor = true;
            _until = most == Timeout.InfiniteTimeSpan ? long.MaxValue : Environment.TickCount64 + (long)most.TotalMilliseconds;
            _timer.Change(most, Timeout.InfiniteTimeSpan);
            _cancelling = cancel.UnsafeRegister(static (state, token) => ((WakeUp)state!).Cancelled(token), this);
            return new(this, _wait.Version);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _cancelling.Unregister();
        return _wait.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private void TimePassed()
    {
        lock (_lock)
        {
            // What was under way when an earlier wait ended is not about this one, whose own time is still to come (timers count by the same clock).
            if (Environment.TickCount64 >= _until && Ends())
                _wait.SetResult(false);
        }
    }

    private void Cancelled(CancellationToken cancel)
    {
        lock (_lock)
        {
            if (Ends())
                _wait.SetException(new OperationCanceledException(cancel));
        }
    }

    // Whoever is first ends the wait, and nobody after it.
    private bool Ends()
    {
        var isFirst = _isWaitedFor;
        _isWaitedFor = false;
        return isFirst;
    }
}
