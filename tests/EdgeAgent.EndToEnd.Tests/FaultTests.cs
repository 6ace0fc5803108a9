using EdgeAgent.EndToEnd.Tests.Support;
using EdgeAgent.Lab;

namespace EdgeAgent.EndToEnd.Tests;

/// <summary>What breaks, and what still holds then.</summary>
[Collection(BreakingLabCollection.Name)]
public sealed class FaultTests(BookinfoLab lab)
{
    private static readonly string[] _policies = [Manifests.DefaultDeny, Manifests.WithoutLimits];
    private readonly LabNode[] _everybody = [.. lab.Topology.Hosts, lab.Node("outside")];

    [Fact]
    public async Task A_killed_control_plane_loses_nothing_that_it_acknowledged_and_hosts_go_on_enforcing()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny, Manifests.Article);
        var applied = (await lab.EdgectlAsync("apply", "-f", Repository.Manifest(Manifests.WithoutLimits), "--note", "just before the end", "-o", "json")).Succeeded();
        lab.CrashControlPlane();
        try
        {
            Assert.Equal(3, (await lab.EdgectlAsync("status")).ExitCode);
            await Task.Delay(TimeSpan.FromSeconds(1));
            var cells = await lab.MeasureAsync(_everybody, Manifests.Hosts, Manifests.DefaultDeny);
            Assert.All(cells.Where(cell => cell.Source.ShortName == "sleep" && cell.Destination.ShortName == "ratings"), cell => Assert.Equal(Outcome.Silence, cell.Outcome));
        }
        finally
        {
            await lab.StartControlPlaneAsync();
        }

        await lab.RealizedAsync();
        var history = (await lab.EdgectlAsync("history", "--limit", "1")).Succeeded().Output;
        Assert.Contains("just before the end", history, StringComparison.Ordinal);
        using var answer = System.Text.Json.JsonDocument.Parse(applied.Output);
        Assert.Equal(answer.RootElement.GetProperty("revision").GetInt64(), await lab.RevisionAsync());
        await lab.ExpectAsync(_everybody, Manifests.Hosts, Manifests.DefaultDeny, Manifests.Article, Manifests.WithoutLimits);
    }

    [Fact]
    public async Task An_agent_killed_at_any_point_of_an_apply_leaves_the_old_policy_or_the_new_one_and_never_a_part()
    {
        var random = new Random(20);
        for (var round = 0; round < 2; round++)
        {
            await lab.EnforceAsync(Manifests.DefaultDeny);
            var delay = random.Next(0, 1200);
            var killing = Task.Run(async () =>
            {
                await Task.Delay(delay);
                lab.CrashAgent("ratings");
            });
            (await lab.EdgectlAsync("apply", "-f", Repository.Manifest(Manifests.Article))).Succeeded();
            await killing;

            // From outside only ratings' own end counts: reviews' addresses are open on both ports, or on none.
            var concerned = lab.Topology.Hosts.Where(host => host.ShortName is "ratings" or "sleep" || host.ShortName.StartsWith("reviews", StringComparison.Ordinal)).ToList();
            var cells = await lab.MeasureAsync(concerned, Manifests.Hosts, Manifests.DefaultDeny, Manifests.Article);
            var atRatings = cells.Where(cell => cell.Destination.ShortName == "ratings" && cell.Source.ShortName.StartsWith("reviews", StringComparison.Ordinal)).Select(cell => cell.Outcome).Distinct().ToList();
            Assert.True(atRatings is [Outcome.Reached] or [Outcome.Silence], $"round {round}, killed after {delay} ms: {string.Join(", ", cells.Where(cell => !cell.IsRight))}");
            Assert.All(cells.Where(cell => cell.Source.ShortName == "sleep" && cell.Destination.ShortName == "ratings"), cell => Assert.Equal(Outcome.Silence, cell.Outcome));

            lab.StartAgent("ratings");
            await lab.RealizedAsync();
            await lab.ExpectAsync([.. lab.Topology.Hosts], Manifests.Hosts, Manifests.DefaultDeny, Manifests.Article);
        }
    }

    [Fact]
    public async Task Damage_by_another_process_is_repaired_and_the_culprit_is_named()
    {
        await lab.EnforceAsync(_policies);
        var before = (await lab.StatusOfAsync("default/sleep")).GetProperty("repairs").GetInt64();

        var flush = (await lab.OnHostAsync("sleep", Repository.Lab, "flush")).Succeeded();

        var status = await lab.StatusWhenAsync("default/sleep", host => host.GetProperty("repairs").GetInt64() > before && host.GetProperty("realized").GetBoolean());
        var drift = status.GetProperty("drift").EnumerateArray().Last();
        Assert.Equal("edgelab", drift.GetProperty("processName").GetString());
        Assert.Equal(flush.ProcessId, drift.GetProperty("processId").GetInt32());
        Assert.InRange(drift.GetProperty("repairedMilliseconds").GetDouble(), 0.001, 2000);
        await lab.ExpectAsync(_everybody, [Manifests.Hosts, .. _policies]);
    }

    [Fact]
    public async Task An_agent_that_starts_without_a_control_plane_enforces_what_it_kept()
    {
        await lab.EnforceAsync(_policies);
        lab.StopAgent("ratings");
        lab.CrashControlPlane();
        try
        {
            (await lab.OnHostAsync("ratings", Repository.Lab, "flush")).Succeeded();
            Assert.Equal(Outcome.Reached, await lab.ConnectAsync(BookinfoLab.Outside, "default/ratings", 9080));

            lab.StartAgent("ratings");
            await UntilAsync(async () => await lab.ConnectAsync(BookinfoLab.Outside, "default/ratings", 9080) == Outcome.Silence, "ratings never closed");

            await lab.ExpectAsync(_everybody, [Manifests.Hosts, .. _policies]);
            Assert.Equal(0, (await lab.OnHostAsync("ratings", Repository.Agent, "verify", "--state-dir", lab.StateOf("ratings"))).ExitCode);
        }
        finally
        {
            await lab.StartControlPlaneAsync();
        }

        await lab.RealizedAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_damaged_cache_is_refused_and_said_and_a_fresh_policy_is_fetched(bool truncated)
    {
        await lab.EnforceAsync(_policies);
        lab.StopAgent("ratings");
        var cache = Path.Combine(lab.StateOf("ratings"), "policy.cache");
        var bytes = await File.ReadAllBytesAsync(cache);
        if (!truncated)
            bytes[bytes.Length / 2] ^= 0x40;
        await File.WriteAllBytesAsync(cache, truncated ? bytes[..(bytes.Length / 2)] : bytes);

        lab.StartAgent("ratings");

        await lab.RealizedAsync();
        Assert.Contains("policy.cache", lab.AgentSaid("ratings"), StringComparison.Ordinal);
        await lab.ExpectAsync(_everybody, [Manifests.Hosts, .. _policies]);
        Assert.Equal(0, (await lab.OnHostAsync("ratings", Repository.Agent, "verify", "--state-dir", lab.StateOf("ratings"))).ExitCode);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string otherwise)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (await holds())
                return;
            await Task.Delay(200);
        }

        Assert.Fail(otherwise);
    }
}
