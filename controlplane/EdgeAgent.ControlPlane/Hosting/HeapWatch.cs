using Microsoft.Extensions.Hosting;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>
/// Has garbage among what lives long collected in the background while it is little. The runtime by itself lets a heap of which nearly all
/// lives grow by more than half before it looks, and what hosts report lives until the next report: a large fleet's memory would be garbage
/// for a third.
/// </summary>
internal sealed class HeapWatch(TimeProvider time) : BackgroundService
{
    // A collection walks over all that lives, on one processor: half a second for ten thousand hosts.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private const long LeastGarbage = 32 << 20;
    private const int ShareOfGarbage = 16;

    /// <summary>Whether a heap has grown so much since all of it was looked at that it is worth looking again.</summary>
    /// <param name="lived">What lived when the whole heap was last looked at, in bytes.</param>
    /// <param name="held">What lived then and what came to it since, dead or alive, in bytes.</param>
    internal static bool IsWorthwhile(long lived, long held) => held - lived > Math.Max(LeastGarbage, lived / ShareOfGarbage);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (IsWorthwhile(OldIn(LastWhole()), OldIn(GC.GetGCMemoryInfo(GCKind.Ephemeral))))
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }
    }

    // What was young when the heap was looked at is not garbage yet, and gaps between objects are not held by anything: a collection frees neither.
    private static long OldIn(GCMemoryInfo collection)
    {
        var old = 0L;
        foreach (var generation in collection.GenerationInfo[GC.MaxGeneration..])
            old += generation.SizeAfterBytes - generation.FragmentationAfterBytes;
        return old;
    }

    private static GCMemoryInfo LastWhole()
    {
        var (background, blocking) = (GC.GetGCMemoryInfo(GCKind.Background), GC.GetGCMemoryInfo(GCKind.FullBlocking));
        return background.Index > blocking.Index ? background : blocking;
    }
}
