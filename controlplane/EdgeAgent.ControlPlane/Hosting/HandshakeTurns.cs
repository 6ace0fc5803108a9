using System.Diagnostics.CodeAnalysis;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>
/// Lets so many connections make their TLS handshake at once, the others wait in the order in which they came. A fleet that comes back at one
/// moment would otherwise make all handshakes slower than the patience for one, so that none succeeds and all are tried again.
/// </summary>
/// <param name="atOnce">How many.</param>
/// <param name="longest">After how long a handshake no longer keeps others waiting, so that who makes it slowly does not stop everybody.</param>
/// <param name="isBusy">Whether it is this machine that is slow: then to begin with another helps nobody.</param>
/// <param name="time">The clock.</param>
[SuppressMessage("Design", "CA1001", Justification = "a semaphore whose handle nobody asks for holds nothing, and turns may end after the last wait")]
internal sealed class HandshakeTurns(int atOnce, TimeSpan longest, Func<bool> isBusy, TimeProvider time)
{
    private readonly SemaphoreSlim _free = new(atOnce);

    /// <summary>Waits for a turn; it ends when it is disposed.</summary>
    /// <exception cref="OperationCanceledException">The client left.</exception>
    public async Task<HandshakeTurn> TakeAsync(CancellationToken gone)
    {
        await _free.WaitAsync(gone);
        return new(_free, longest, isBusy, time);
    }
}

/// <summary>One connection's turn to make its handshake.</summary>
internal sealed class HandshakeTurn : IDisposable
{
    private readonly Func<bool> _isBusy;
    private readonly ITimer _timer;
    private SemaphoreSlim? _free;

    /// <summary>Begins a turn.</summary>
    public HandshakeTurn(SemaphoreSlim free, TimeSpan longest, Func<bool> isBusy, TimeProvider time)
    {
        (_free, _isBusy) = (free, isBusy);
        _timer = time.CreateTimer(static turn => ((HandshakeTurn)turn!).EndUnlessBusy(), this, longest, longest);
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        End();
    }

    private void EndUnlessBusy()
    {
        if (!_isBusy())
            End();
    }

    private void End() => Interlocked.Exchange(ref _free, null)?.Release();
}
