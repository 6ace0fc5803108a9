using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Kernel.Tests;

public sealed class FeatureTests : KernelTest
{
    [Fact]
    public void Probing_finds_the_features_and_leaves_nothing()
    {
        var before = Kernel.ReadGeneration();
        var features = KernelFeatures.Probe(Host.Path);
        Assert.True(features.Tables);
        Assert.True(features.Conntrack);
        Assert.True(features.LogGroups);
        Assert.True(features.Reject);
        Assert.True(features.Limit);
        Assert.Equal(before, Kernel.ReadGeneration());
        Assert.Equal("", Host.Nft("list ruleset"));
    }

    [Fact]
    public void What_nft_can_do_here_is_found()
    {
        var features = KernelFeatures.Probe(Host.Path);
        Assert.Equal(Accepts("table inet t { set s { type ipv4_addr . inet_service; flags interval; }\n }\n"), features.ConcatenatedRanges);
        Assert.Equal(Accepts("table inet t { set s { type ipv4_addr; counter; }\n }\n"), features.ElementExpressions);
        Assert.False(KernelFeatures.Probe(Host.Path) != features, "two probes differ");
    }

    private bool Accepts(string commands)
    {
        try
        {
            Host.Nft("-c -f -", commands);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
