using EdgeAgent.ControlPlane.Hosting;
using static EdgeAgent.ControlPlane.Hosting.HeapWatch;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class HeapWatchTests
{
    private const long Mebibyte = 1 << 20;

    public static TheoryData<string, long, long, long, long, bool, int> Heaps => new()
    {
        { "a small one grows", 20, 0, 40, 0, true, (int)Measure.Nothing },
        { "a small one has grown", 20, 0, 60, 0, true, (int)Measure.Collect },
        { "a large one grows", 1600, 0, 1690, 0, true, (int)Measure.Nothing },
        { "a large one has grown by a sixteenth", 1600, 0, 1710, 0, true, (int)Measure.Collect },
        { "one was left behind by what left", 100, 0, 90, 0, true, (int)Measure.Nothing },
        { "gaps of an eighth, and nobody works", 800, 110, 810, 10, true, (int)Measure.Compact },
        { "gaps while there is work", 800, 110, 810, 100, true, (int)Measure.Nothing },
        { "gaps and garbage while there is work", 800, 110, 900, 100, true, (int)Measure.Collect },
        { "gaps right after a pause", 800, 110, 810, 10, false, (int)Measure.Nothing },
        { "gaps of a small one", 20, 50, 20, 10, true, (int)Measure.Nothing },
    };

    [Theory]
    [MemberData(nameof(Heaps))]
    public void A_heap_is_collected_when_it_has_grown_and_compacted_when_nobody_works(string what, long lived, long gaps, long held, long allocated, bool mayPause, int expected) =>
        Assert.True((Measure)expected == Worthwhile(lived * Mebibyte, gaps * Mebibyte, held * Mebibyte, allocated * Mebibyte, mayPause), what);
}
