using EdgeAgent.EndToEnd.Tests.Support;
using EdgeAgent.Lab;

namespace EdgeAgent.EndToEnd.Tests;

[Collection(nameof(BookinfoLab))]
public sealed class BookinfoTests(BookinfoLab lab)
{
    private readonly LabNode[] _everybody = [.. lab.Topology.Hosts, lab.Node("outside")];

    [Theory]
    [InlineData("nftables")]
    [InlineData("nftables", Manifests.DefaultDeny)]
    [InlineData("nftables", Manifests.DefaultDeny, Manifests.Article)]
    [InlineData("nftables", Manifests.DefaultDeny, Manifests.WithoutLimits)]
    [InlineData("nftables", Manifests.Article)]
    [InlineData("nftables", Manifests.WithoutLimits)]
    [InlineData("iptables", Manifests.DefaultDeny, Manifests.WithoutLimits)]
    public async Task Every_connection_is_as_the_manifests_alone_say(string backend, params string[] policies)
    {
        await using var enforcing = await lab.OnBackendAsync(backend);
        await lab.EnforceAsync(policies);

        await lab.ExpectAsync(_everybody, [Manifests.Hosts, .. policies]);
    }

    [Fact]
    public async Task The_articles_policies_open_the_articles_edges_and_no_others()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny, Manifests.Article);

        var cells = await lab.MeasureAsync(_everybody, Manifests.Hosts, Manifests.DefaultDeny, Manifests.Article);

        var edges = cells.Where(cell => cell.Outcome == Outcome.Reached && cell.Source != cell.Destination && cell.Port == 9080).Select(cell => $"{cell.Source.ShortName} {cell.Destination.ShortName}");
        Assert.Equal(
            [
                "ingress productpage", "productpage details", "productpage reviews-v1", "productpage reviews-v2", "productpage reviews-v3",
                "reviews-v1 ratings", "reviews-v2 ratings", "reviews-v3 ratings",
            ],
            edges.Order());
    }

    [Fact]
    public async Task Live_and_offline_verdicts_are_the_same()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny, Manifests.WithoutLimits);
        var probes = string.Join('\n', Probes.Between(_everybody));

        var live = await lab.EdgectlWithInputAsync(probes, "connectivity", "--probes", "-", "-o", "json");
        var offline = await lab.EdgectlWithInputAsync(
            probes, "connectivity", "--probes", "-", "-o", "json", "-f", Repository.Manifest(Manifests.Hosts), Repository.Manifest(Manifests.DefaultDeny), Repository.Manifest(Manifests.WithoutLimits));

        Assert.Equal(offline.Succeeded().Output, live.Succeeded().Output);
    }

    [Fact]
    public async Task Every_policy_is_shown_as_realized_on_its_hosts()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny, Manifests.Article);

        var table = (await lab.EdgectlAsync("get", "policy")).Succeeded().Output;

        Assert.Matches(@"NetworkPolicy +default +calico-from-reviews-to-ratings +\d+ +(\d+) of \1 hosts", table);
    }

    [Fact]
    public async Task A_machine_that_no_document_declares_counts_by_what_its_token_grants_and_not_by_what_it_says()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny, Manifests.Article);
        Assert.Equal(Outcome.Silence, await lab.ConnectAsync(BookinfoLab.Guest, "default/ratings", 9080));

        await lab.CreateTokenAsync("guest", "--label", "app=reviews", "--label", "version=v9", "--cidr", $"{BookinfoLab.Guest}/32");
        lab.StartAgent("guest", "--label", "app=productpage");
        try
        {
            await lab.StatusWhenAsync("default/guest", status => status.GetProperty("realized").GetBoolean());
            await lab.RealizedAsync();

            Assert.Contains("label app=productpage", (await lab.StatusOfAsync("default/guest")).GetProperty("refusedClaims")[0].GetString(), StringComparison.Ordinal);
            Assert.Equal(Outcome.Reached, await lab.ConnectAsync(BookinfoLab.Guest, "default/ratings", 9080));
            Assert.Equal(Outcome.Silence, await lab.ConnectAsync(BookinfoLab.Guest, "default/details", 9080));
            Assert.Equal(Outcome.Silence, await lab.ConnectAsync("default/productpage", BookinfoLab.Guest, 9080));
        }
        finally
        {
            lab.StopAgent("guest");
            (await lab.OnHostAsync("guest", Repository.Agent, "purge", "--end-state", "open", "--state-dir", lab.StateOf("guest"))).Succeeded();
            (await lab.EdgectlWithInputAsync("{apiVersion: edgeagent.io/v1, kind: Host, metadata: {name: guest}}", "delete", "-f", "-")).Succeeded();
        }
    }
}
