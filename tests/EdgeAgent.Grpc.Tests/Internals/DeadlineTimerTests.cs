using EdgeAgent.GrpcTests.Support;
using Grpc.Core.Internal;

namespace EdgeAgent.GrpcTests.Internals;

public sealed class DeadlineTimerTests
{
    [Fact]
    public async Task Fires_once_and_not_early()
    {
        var fired = new TaskCompletionSource();
        var start = Environment.TickCount64;
        using var timer = new DeadlineTimer(TimeSpan.FromMilliseconds(50), state => ((TaskCompletionSource)state).SetResult(), fired);

        timer.Start();
        await fired.Task.Soon();

        Assert.True(Environment.TickCount64 - start >= 50);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(100_000)]
    [InlineData(10_000_000)]
    public async Task Waits_longer_than_a_timer_can(double days)
    {
        var fired = false;
        using var timer = new DeadlineTimer(TimeSpan.FromDays(days), _ => fired = true, new object());

        timer.Start();
        await Task.Delay(20);

        Assert.False(fired);
    }
}
