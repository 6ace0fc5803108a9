using Microsoft.Extensions.Hosting;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>
/// Keeps the heap near what lives. The runtime by itself lets a heap of which nearly all lives grow by more than half before it looks, and
/// what hosts report lives until the next report: a large fleet's memory would be garbage for a third, and gaps where garbage was.
/// </summary>
internal sealed class HeapWatch(TimeProvider time) : BackgroundService
{
    // To collect beside the work is to walk over all that lives on one processor, half a second for ten thousand hosts. To close gaps is
    // the same for everybody to wait for: it is done where nobody would mind, and not soon again.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenPauses = TimeSpan.FromMinutes(1);

    private const long LittleWork = 64 << 20;
    private const long LeastGarbage = 32 << 20;
    private const int ShareOfGarbage = 16;
    private const long LeastGaps = 64 << 20;
    private const int ShareOfGaps = 8;

    /// <summary>What is worth doing.</summary>
    internal enum Measure
    {
        Nothing,
        Collect,
        Compact,
    }

    /// <summary>What is worth doing with a heap; all but the last in bytes.</summary>
    /// <param name="lived">What lived when the whole heap was last looked at.</param>
    /// <param name="gaps">What was free between it then.</param>
    /// <param name="held">What is held now, dead or alive.</param>
    /// <param name="allocated">What was allocated in the last interval.</param>
    /// <param name="mayPause">Whether the last pause was long enough ago.</param>
    internal static Measure Worthwhile(long lived, long gaps, long held, long allocated, bool mayPause) =>
        mayPause && allocated < LittleWork && gaps > Math.Max(LeastGaps, lived / ShareOfGaps) ? Measure.Compact
        : held - lived > Math.Max(LeastGarbage, lived / ShareOfGarbage) ? Measure.Collect
        : Measure.Nothing;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var (allocated, paused) = (GC.GetTotalAllocatedBytes(), time.GetTimestamp());
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var (whole, before) = (LastWhole(), allocated);
            allocated = GC.GetTotalAllocatedBytes();
            switch (Worthwhile(whole.PromotedBytes, whole.FragmentedBytes, GC.GetTotalMemory(forceFullCollection: false), allocated - before, time.GetElapsedTime(paused) > BetweenPauses))
            {
                case Measure.Collect:
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
                    break;
                case Measure.Compact:
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
                    paused = time.GetTimestamp();
                    break;
            }
        }
    }

    private static GCMemoryInfo LastWhole()
    {
        var (background, blocking) = (GC.GetGCMemoryInfo(GCKind.Background), GC.GetGCMemoryInfo(GCKind.FullBlocking));
        return background.Index > blocking.Index ? background : blocking;
    }
}
