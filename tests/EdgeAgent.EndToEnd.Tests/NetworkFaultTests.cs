using EdgeAgent.EndToEnd.Tests.Support;
using EdgeAgent.Lab;

namespace EdgeAgent.EndToEnd.Tests;

/// <summary>
/// What the network between hosts and control plane does. The faults are rules in the namespace of the control plane's machine, which has no
/// agent: the kernels that this runs on lack netem.
/// </summary>
[Collection(nameof(BookinfoLab))]
public sealed class NetworkFaultTests(BookinfoLab lab)
{
    private readonly LabNode[] _everybody = [.. lab.Topology.Hosts, lab.Node("outside")];

    [Fact]
    public async Task A_host_that_is_cut_off_keeps_its_policy_holds_nobody_up_and_gets_the_newest_when_it_is_back()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny);
        var before = await lab.RevisionAsync();
        await using (await OnTheWayAsync($"ip saddr {AddressOf("ratings")} drop", $"ip daddr {AddressOf("ratings")} drop"))
        {
            (await lab.EdgectlAsync("apply", "-f", Repository.Manifest(Manifests.WithoutLimits))).Succeeded();
            await lab.RealizedAsync("default/reviews-v2");
            var cutOff = await lab.StatusOfAsync("default/ratings");
            Assert.False(cutOff.GetProperty("realized").GetBoolean());
            Assert.Equal(before, cutOff.GetProperty("realizedRevision").GetInt64());

            // Reviews' own end opens now, and ratings' does not: both ends must.
            Assert.Equal(Outcome.Silence, await lab.ConnectAsync("default/reviews-v2", "default/ratings", 9080));
        }

        await lab.RealizedAsync();
        await lab.ExpectAsync(_everybody, Manifests.Hosts, Manifests.DefaultDeny, Manifests.WithoutLimits);
    }

    [Fact]
    public async Task Policy_gets_through_where_a_tenth_of_the_packets_is_lost()
    {
        await lab.EnforceAsync(Manifests.DefaultDeny);
        await using var lossy = await OnTheWayAsync("tcp dport 7443 numgen random mod 100 < 10 drop", "tcp sport 7443 numgen random mod 100 < 10 drop");
        foreach (var manifest in (string[])[Manifests.Article, Manifests.WithoutLimits])
        {
            (await lab.EdgectlAsync("apply", "-f", Repository.Manifest(manifest))).Succeeded();
            await lab.RealizedAsync();
        }

        await lab.ExpectAsync(_everybody, Manifests.Hosts, Manifests.DefaultDeny, Manifests.Article, Manifests.WithoutLimits);
    }

    private string AddressOf(string host) => lab.Node(host).Address.ToString();

    private async Task<IAsyncDisposable> OnTheWayAsync(string arriving, string leaving)
    {
        var fault = new Fault(lab.Node("control").NamespaceFile);
        await fault.NftAsync($$"""
            table inet fault {
              chain arriving { type filter hook input priority 0; {{arriving}}; }
              chain leaving { type filter hook output priority 0; {{leaving}}; }
            }
            """);
        return fault;
    }

    private sealed class Fault(string namespaceFile) : IAsyncDisposable
    {
        public async Task NftAsync(string rules) => (await ChildProcess.RunAsync(namespaceFile, "nft", rules, "-f", "-")).Succeeded();

        public async ValueTask DisposeAsync() => await NftAsync("delete table inet fault");
    }
}
