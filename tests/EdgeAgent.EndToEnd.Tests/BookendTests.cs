using EdgeAgent.EndToEnd.Tests.Support;
using EdgeAgent.Lab;

namespace EdgeAgent.EndToEnd.Tests;

/// <summary>Each end alone denies what policy denies.</summary>
[Collection(nameof(BookinfoLab))]
public sealed class BookendTests(BookinfoLab lab)
{
    private static readonly string[] _policies = [Manifests.DefaultDeny, Manifests.WithoutLimits];

    [Theory]
    [InlineData("ratings", BookinfoLab.Outside, "default/ratings", 9080)]
    [InlineData("sleep", "default/sleep", BookinfoLab.Outside, 443)]
    public async Task With_one_agent_gone_and_its_table_purged_the_other_end_still_denies(string host, string openFrom, string openTo, ushort openPort)
    {
        await lab.EnforceAsync(_policies);
        lab.StopAgent(host);
        try
        {
            // Stopping alone opens nothing.
            await lab.ExpectAsync([.. lab.Topology.Hosts, lab.Node("outside")], [Manifests.Hosts, .. _policies]);

            (await lab.OnHostAsync(host, Repository.Agent, "purge", "--end-state", "open", "--keep-identity", "--state-dir", lab.StateOf(host))).Succeeded();

            // Its own end is really open: what only that end denied now passes.
            Assert.Equal(Outcome.Reached, await lab.ConnectAsync(openFrom, openTo, openPort));
            await lab.ExpectAsync([.. lab.Topology.Hosts], [Manifests.Hosts, .. _policies]);
        }
        finally
        {
            lab.StartAgent(host);
            await lab.RealizedAsync();
        }

        await lab.ExpectAsync([.. lab.Topology.Hosts, lab.Node("outside")], [Manifests.Hosts, .. _policies]);
    }
}
