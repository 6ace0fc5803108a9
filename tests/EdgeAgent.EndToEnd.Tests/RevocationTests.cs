using EdgeAgent.EndToEnd.Tests.Support;
using EdgeAgent.Lab;

namespace EdgeAgent.EndToEnd.Tests;

/// <summary>A host loses its identity, and gets another.</summary>
[Collection(nameof(BookinfoLab))]
public sealed class RevocationTests(BookinfoLab lab)
{
    [Fact]
    public async Task A_revoked_host_is_cut_off_keeps_its_rules_and_comes_back_with_a_new_token_alone()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny, Manifests.Article);
        string[] grant = ["--label", "app=reviews", "--cidr", $"{BookinfoLab.Guest}/32"];
        await lab.CreateTokenAsync("guest", grant);
        lab.StartAgent("guest");
        try
        {
            await lab.StatusWhenAsync("default/guest", status => status.GetProperty("realized").GetBoolean());

            (await lab.EdgectlAsync("host", "revoke", "default/guest", "--note", "disk stolen")).Succeeded();

            var cutOff = await lab.StatusWhenAsync("default/guest", status => !status.GetProperty("connected").GetBoolean());
            Assert.Contains("disk stolen", cutOff.GetProperty("reason").GetString(), StringComparison.Ordinal);
            Assert.Equal(0, (await lab.OnHostAsync("guest", Repository.Agent, "verify", "--state-dir", lab.StateOf("guest"))).ExitCode);
            Assert.Equal(Outcome.Silence, await lab.ConnectAsync("default/productpage", BookinfoLab.Guest, 9080));
            Assert.True(lab.AgentRuns("guest"));

            await lab.CreateTokenAsync("guest", grant);
            await lab.StatusWhenAsync("default/guest", status => status.GetProperty("realized").GetBoolean());
        }
        finally
        {
            lab.StopAgent("guest");
            (await lab.OnHostAsync("guest", Repository.Agent, "purge", "--end-state", "open", "--state-dir", lab.StateOf("guest"))).Succeeded();
            (await lab.EdgectlWithInputAsync("{apiVersion: edgeagent.io/v1, kind: Host, metadata: {name: guest}}", "delete", "-f", "-")).Succeeded();
        }
    }
}
