using EdgeAgent.ControlPlane.Revisions;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class WakeUpTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_signal_counts_once_however_often_it_is_set()
    {
        using var signal = new WakeUp();
        signal.Set();
        signal.Set();

        Assert.True(await signal.WaitAsync(TimeSpan.Zero, default));
        Assert.False(await signal.WaitAsync(TimeSpan.Zero, default));
        Assert.False(await signal.WaitAsync(TimeSpan.FromMilliseconds(1), default));
        var waiting = signal.WaitAsync(Timeout.InfiniteTimeSpan, default).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Throws<InvalidOperationException>(() => { _ = signal.WaitAsync(Patience, default).AsTask(); });
        signal.Set();
        Assert.True(await waiting);
    }

    [Fact]
    public async Task Who_is_cancelled_does_not_wait_and_loses_no_signal()
    {
        using var signal = new WakeUp();
        using var cancel = new CancellationTokenSource();
        var waiting = signal.WaitAsync(Patience, cancel.Token).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signal.WaitAsync(Patience, cancel.Token).AsTask());
        signal.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signal.WaitAsync(Patience, cancel.Token).AsTask());
        Assert.True(await signal.WaitAsync(Patience, default));
    }

    [Fact]
    public async Task Nothing_that_was_done_before_a_signal_is_missed_while_times_pass_and_waits_are_cancelled()
    {
        const int Last = 20_000;
        using var signal = new WakeUp();
        var (done, seen) = (0, 0);
        var doing = Task.Run(() =>
        {
            for (var i = 1; i <= Last; i++)
            {
                Volatile.Write(ref done, i);
                signal.Set();
                Thread.SpinWait(i % 300);
            }
        });
        for (var round = 0; seen < Last; round++)
        {
            using var cancel = new CancellationTokenSource();
            if (round % 3 == 0)
                cancel.CancelAfter(TimeSpan.FromTicks(round % 20_000));
            try
            {
                // With a time that short the signal is needed for the others; without one it is needed always.
                if (!await signal.WaitAsync(round % 5 == 0 ? TimeSpan.FromMilliseconds(1) : Patience, cancel.Token) && round % 5 != 0)
                    Assert.Fail($"nothing was heard after {seen}");
            }
            catch (OperationCanceledException)
            {
            }

            seen = Volatile.Read(ref done);
        }

        await doing;
    }
}
