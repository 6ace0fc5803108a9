using System.Text.Json;
using EdgeAgent.EndToEnd.Tests.Support;
using EdgeAgent.Lab;

namespace EdgeAgent.EndToEnd.Tests;

/// <summary>The control plane's authority is changed for another, with the programs as they are.</summary>
[Collection(BreakingLabCollection.Name)]
public sealed class AuthorityTests(BookinfoLab lab)
{
    [Fact]
    public async Task An_authority_takes_the_place_of_another_while_policy_flows_and_a_host_is_away()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny, Manifests.Article);
        var old = lab.Authorities();
        lab.StopAgent("reviews-v1");

        // What the hosts show, they show to the old authority.
        await OrderAsync("prepare");
        await UpToDateAsync(all: false);
        var refused = await lab.EdgectlAsync("authority", "activate");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("1 hosts", refused.Error, StringComparison.Ordinal);
        Assert.Contains("reviews-v1", refused.Error, StringComparison.Ordinal);
        await OrderAsync("activate", "--force", "-m", "reviews-v1 is repaired");
        var both = lab.Authorities();
        Assert.EndsWith(old, both, StringComparison.Ordinal);
        Assert.NotEqual(old, both);

        // Policy flows, to hosts of either, and the one that was away comes back knowing the old one alone.
        (await lab.EdgectlAsync("apply", "-f", Repository.Manifest(Manifests.WithoutLimits))).Succeeded();
        lab.StartAgent("reviews-v1");
        await lab.RealizedAsync();
        await UpToDateAsync(all: true);
        await OrderAsync("retire");
        (await lab.EdgectlAsync("rollback", $"{lab.HostsOnly}")).Succeeded();
        await UpToDateAsync(all: true);

        // Nothing of the old one is left, at either end; what hosts keep is proven by the new one.
        var next = lab.Authorities();
        Assert.StartsWith(next, both, StringComparison.Ordinal);
        foreach (var host in lab.Topology.Hosts)
        {
            var identity = File.ReadAllText(Path.Combine(lab.StateOf(host.ShortName), "identity.pem"));
            Assert.DoesNotContain(old, identity, StringComparison.Ordinal);
            Assert.Contains(next, identity, StringComparison.Ordinal);
        }

        lab.CrashControlPlane();
        lab.CrashAgent("reviews-v1");
        lab.StartAgent("reviews-v1");
        await Task.Delay(500);
        Assert.Equal(0, (await lab.OnHostAsync("reviews-v1", Repository.Agent, "verify", "--state-dir", lab.StateOf("reviews-v1"))).ExitCode);
        await lab.StartControlPlaneAsync();
        await lab.RealizedAsync();
        foreach (var host in lab.Topology.Hosts)
            Assert.DoesNotContain("signed by somebody else", lab.AgentSaid(host.ShortName), StringComparison.Ordinal);
        Assert.Equal(0, (await lab.EdgectlAsync("audit", "verify")).ExitCode);
    }

    private async Task OrderAsync(params string[] order) => (await lab.EdgectlAsync(["authority", .. order])).Succeeded();

    private async Task UpToDateAsync(bool all)
    {
        var run = new ProgramRun(0, 0, "", "");
        for (var attempt = 0; attempt < 150; attempt++)
        {
            run = (await lab.EdgectlAsync("authority", "list", "-o", "json")).Succeeded();
            using var answer = JsonDocument.Parse(run.Output);
            if (answer.RootElement.GetProperty("hosts").GetInt32() - answer.RootElement.GetProperty("upToDate").GetInt32() == (all ? 0 : 1))
                return;
            await Task.Delay(100);
        }

        throw new TimeoutException($"hosts did not follow: {run.Output}\n{string.Join('\n', lab.Topology.Hosts.Select(host => lab.AgentSaid(host.ShortName)))}");
    }
}
