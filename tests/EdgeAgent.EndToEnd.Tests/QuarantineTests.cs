using System.Diagnostics;
using EdgeAgent.EndToEnd.Tests.Support;
using EdgeAgent.Lab;

namespace EdgeAgent.EndToEnd.Tests;

/// <summary>A host that is suspected of something is cut off, with real connections.</summary>
[Collection(BreakingLabCollection.Name)]
public sealed class QuarantineTests(BookinfoLab lab)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_quarantined_host_reaches_nobody_and_is_reached_by_nobody_also_after_its_agent_began_anew_until_it_is_released()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny, Manifests.Article);
        Assert.Equal([Outcome.Reached, Outcome.Reached], await BothWaysAsync());
        try
        {
            (await lab.EdgectlAsync("quarantine", "default/reviews-v2", "-m", "talks to strangers")).Succeeded();
            await UntilAsync(Outcome.Silence);

            // What it may still do is be told that it is free again.
            lab.CrashAgent("reviews-v2");
            Assert.Equal([Outcome.Silence, Outcome.Silence], await BothWaysAsync());
            lab.StartAgent("reviews-v2");
            await lab.StatusWhenAsync("default/reviews-v2", status => status.GetProperty("realized").GetBoolean() && status.GetProperty("connected").GetBoolean());
            Assert.Equal([Outcome.Silence, Outcome.Silence], await BothWaysAsync());
        }
        finally
        {
            (await lab.EdgectlAsync("release", "default/reviews-v2", "-m", "it was the backup")).Succeeded();
        }

        await UntilAsync(Outcome.Reached);
    }

    private Task<Outcome[]> BothWaysAsync() =>
        Task.WhenAll(lab.ConnectAsync("default/productpage", "default/reviews-v2", 9080), lab.ConnectAsync("default/reviews-v2", "default/ratings", 9080));

    private async Task UntilAsync(Outcome outcome)
    {
        var started = Stopwatch.GetTimestamp();
        while ((await BothWaysAsync()).Any(found => found != outcome))
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"not {outcome} both ways");
    }
}
