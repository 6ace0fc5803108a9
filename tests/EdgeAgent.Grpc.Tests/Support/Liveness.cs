namespace EdgeAgent.GrpcTests.Support;

/// <summary>Turns a hang into a failure. Generous: it says "never", not "slow".</summary>
internal static class Liveness
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task Soon(this Task task) => task.WaitAsync(Limit);

    public static async Task Until(Func<bool> condition)
    {
        var end = DateTime.UtcNow + Limit;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, "The condition never became true.");
            await Task.Delay(5);
        }
    }
}
