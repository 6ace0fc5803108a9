namespace Grpc.Core.Internal;

/// <summary>Runs a callback once, when a time has passed on the monotonic clock; any length, changes of the wall clock do not matter.</summary>
internal sealed class DeadlineTimer : IDisposable
{
    // A timer takes 49 days at most; longer waits are made of several.
    private const long LongestWait = uint.MaxValue - 1L;

    private readonly long due;
    private readonly Action<object> expired;
    private readonly object state;
    private readonly Timer timer;

    public DeadlineTimer(TimeSpan timeout, Action<object> expired, object state)
    {
        this.expired = expired;
        this.state = state;
        due = Environment.TickCount64 + (long)Math.Ceiling(Math.Max(0, timeout.TotalMilliseconds));
        timer = new Timer(static self => ((DeadlineTimer)self!).Elapsed(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Begins to wait; separate from the constructor, so that the callback finds its owner complete.</summary>
    public void Start() => Arm(due - Environment.TickCount64);

    public void Dispose() => timer.Dispose();

    private void Elapsed()
    {
        var remaining = due - Environment.TickCount64;
        if (remaining > 0)
            Arm(remaining);
        else
            expired(state);
    }

    private void Arm(long milliseconds)
    {
        try
        {
            timer.Change(Math.Clamp(milliseconds, 0, LongestWait), Timeout.Infinite);
        }
        catch (ObjectDisposedException)
        {
            // The call ended while the timer fired.
        }
    }
}
