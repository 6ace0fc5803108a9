namespace EdgeAgent.Netlink.Tests;

public sealed class GracePeriodTests
{
    [Fact]
    public void The_kernel_says_when_it_is_over() => Assert.True(GracePeriod.Wait());
}
