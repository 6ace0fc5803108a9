using EdgeAgent.ControlPlane.Hosting;

namespace EdgeAgent.ControlPlane.Tests;

public sealed class HeapWatchTests
{
    private const long Mebibyte = 1 << 20;

    [Theory]
    [InlineData(20, 40, false)]
    [InlineData(20, 60, true)]
    [InlineData(1600, 1690, false)]
    [InlineData(1600, 1710, true)]
    [InlineData(100, 90, false)]
    public void A_heap_is_looked_at_once_it_has_grown_by_a_sixteenth_but_not_for_a_little(long lived, long held, bool isWorthwhile) =>
        Assert.Equal(isWorthwhile, HeapWatch.IsWorthwhile(lived * Mebibyte, held * Mebibyte));
}
