namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>A signal for one waiter; setting it twice before it is waited for counts once.</summary>
internal sealed class WakeUp : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <summary>Wakes the waiter, or lets its next wait end at once.</summary>
    public void Set()
    {
        lock (_signal)
        {
            if (_signal.CurrentCount == 0)
                _signal.Release();
        }
    }

    /// <summary>Waits for the signal; false if the time passed first.</summary>
    public Task<bool> WaitAsync(TimeSpan most, CancellationToken cancel) => _signal.WaitAsync(most, cancel);

    /// <inheritdoc/>
    public void Dispose() => _signal.Dispose();
}
