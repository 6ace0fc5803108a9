using System.Text.Json;
using EdgeAgent.EndToEnd.Tests.Support;

namespace EdgeAgent.EndToEnd.Tests;

/// <summary>Changes that reach real hosts in waves.</summary>
[Collection(BreakingLabCollection.Name)]
public sealed class RolloutTests(BookinfoLab lab)
{
    private static readonly string _article = Repository.Manifest(Manifests.Article);

    [Fact]
    public async Task A_draft_is_looked_at_committed_in_waves_and_enforced_by_all_hosts()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny);
        var before = await lab.RevisionAsync();
        var draft = (await lab.EdgectlAsync("apply", "--draft", "article", "-f", _article)).Succeeded();
        Assert.Contains($"draft article from revision {before}: 4 created", draft.Output, StringComparison.Ordinal);
        Assert.Contains("article  revision", (await lab.EdgectlAsync("draft", "list")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("kind: NetworkPolicy", (await lab.EdgectlAsync("draft", "show")).Succeeded().Output, StringComparison.Ordinal);
        var preview = (await lab.EdgectlAsync("preview", "article", "-o", "json")).Succeeded();
        using (var json = JsonDocument.Parse(preview.Output))
            Assert.NotEmpty(json.RootElement.GetProperty("hosts").EnumerateArray());
        Assert.Equal(before, await lab.RevisionAsync());

        var commit = (await lab.EdgectlAsync("commit", "article", "-m", "in waves", "--waves", "1,50%,100%", "--soak", "1s", "--gate", "failed==0 && disconnected==0")).Succeeded();
        Assert.Contains($"revision {before + 1}: 4 created", commit.Output, StringComparison.Ordinal);
        Assert.Contains($"rollout {before + 1}: wave 1 of 3 (1)", commit.Output, StringComparison.Ordinal);
        Assert.Contains($"rollout {before + 1}: wave 3 of 3 (100%)", commit.Output, StringComparison.Ordinal);
        Assert.EndsWith($"rollout {before + 1} is completed: all hosts have the change", commit.Output.TrimEnd(), StringComparison.Ordinal);
        await lab.RealizedAsync();
        await lab.ExpectAsync([.. lab.Topology.Hosts], Manifests.Hosts, Manifests.DefaultDeny, Manifests.Article);
        Assert.Contains("(rollout", (await lab.EdgectlAsync("history")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_lost_in_the_first_wave_takes_the_change_back_and_the_others_never_had_it()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny, Manifests.Article);
        var before = await lab.RevisionAsync();
        (await lab.EdgectlAsync("apply", "--draft", "-f", Repository.Manifest(Manifests.WithoutLimits))).Succeeded();
        using var preview = JsonDocument.Parse((await lab.EdgectlAsync("preview", "-o", "json")).Succeeded().Output);
        var touched = preview.RootElement.GetProperty("hosts").EnumerateArray().Select(host => host.GetString()!.Split('/')[1]).ToHashSet();
        (await lab.EdgectlAsync("commit", "--waves", "1,100%", "--soak", "10m", "--gate", "disconnected == 0", "--detach")).Succeeded();
        var lost = "";
        try
        {
            lost = await FirstRealizedAsync(before + 1, touched);
            Assert.Equal(3, (await lab.EdgectlAsync("apply", "-f", _article)).ExitCode);
            var standing = (await lab.EdgectlAsync("rollout", "status")).Succeeded().Output;
            Assert.Contains("wave 1 of 2 (1): 1 realized of 1 host; watched for", standing, StringComparison.Ordinal);
            lab.CrashAgent(lost);

            var end = await lab.EdgectlAsync("rollout", "status", "--follow");
            Assert.Equal(1, end.ExitCode);
            Assert.Contains($"revision {before + 2} took its change back: disconnected == 0 does not hold: disconnected is 1", end.Output, StringComparison.Ordinal);
        }
        finally
        {
            await lab.EdgectlAsync("rollout", "abort");
            if (lost.Length > 0)
                lab.StartAgent(lost);
        }

        await lab.RealizedAsync();
        await lab.ExpectAsync([.. lab.Topology.Hosts], Manifests.Hosts, Manifests.DefaultDeny, Manifests.Article);
    }

    // Of the hosts that the change touches, the one that holds it.
    private async Task<string> FirstRealizedAsync(long revision, HashSet<string> touched)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            using var status = await lab.StatusAsync();
            var holding = status.RootElement.GetProperty("hosts").EnumerateArray().Where(host => host.GetProperty("realizedRevision").GetInt64() >= revision).Select(host => host.GetProperty("name").GetString()!).Where(touched.Contains).ToList();
            if (holding is [var first])
                return first;
            Assert.Empty(holding);
            await Task.Delay(100);
        }

        throw new TimeoutException("no host came to hold the change");
    }
}
