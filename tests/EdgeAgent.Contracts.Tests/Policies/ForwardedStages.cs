namespace EdgeAgent.Contracts.Tests;

/// <summary>What hosts that forward, or have several interfaces, are told; all others are told what they always were.</summary>
public sealed class ForwardedStages
{
    private static readonly PolicyReference Web = new("NetworkPolicy", "default", "web", "ingress[0]");
    private static readonly Stage Closed = new([new Branch(null, [new Block([new Rule(Verdict.Allow, Web) { PeerAnyOf = ["clients"] }], BlockEnd.Deny, Web)])]);

    private static readonly HostPolicy Plain = HostPolicy.Empty with
    {
        Inbound = [Closed],
        Sets = HostPolicy.Empty.Sets.Add("clients", new("clients", [Cidr.Parse("10.0.0.0/24"), Cidr.Parse("fd00::7/128")])),
    };

    [Fact]
    public void A_policy_without_them_has_the_digest_that_it_always_had() =>
        Assert.Equal("fa403070157e6ab4697fa2cee20343eb5e372adf8e1a6a3a46d065836ca75900", HostPolicyDigest.Of(Plain).Hex);

    [Fact]
    public void Every_place_and_interface_makes_another_digest()
    {
        HostPolicy[] all =
        [
            Plain,
            Plain with { Outbound = [Closed] },
            Plain with { ForwardIn = [Closed] },
            Plain with { ForwardOut = [Closed] },
            Plain with { ForwardIn = [Closed], ForwardOut = [Closed] },
            Plain with { Inbound = [Closed with { Interface = InterfaceMatch.Only("eth0") }] },
            Plain with { Inbound = [Closed with { Interface = InterfaceMatch.Only("eth1") }] },
            Plain with { Inbound = [Closed with { Interface = InterfaceMatch.AllBut(["eth0"]) }] },
            Plain with { ForwardIn = [Closed with { Interface = InterfaceMatch.AllBut(["eth0", "eth1"]) }] },
        ];
        Assert.Equal(all.Length, all.Select(HostPolicyDigest.Of).Distinct().Count());
        Assert.Equal(all.Length, all.Select(HostPolicyDigest.Text).Distinct().Count());
        foreach (var (from, to) in all.SelectMany(from => all, (from, to) => (from, to)))
        {
            var arrived = HostPolicyDelta.Between(from, to).ApplyTo(from);
            Assert.Equal(HostPolicyDigest.Of(to), HostPolicyDigest.Of(arrived));
            Assert.False(from != to && HostPolicySummary.TryCompareSets(HostPolicySummary.Of(from), HostPolicySummary.Of(to), out _));
        }
    }

    [Theory]
    [InlineData("eth0", true)]
    [InlineData("wlp2s0.100-a_b", true)]
    [InlineData("0123456789abcde", true)]
    [InlineData("0123456789abcdef", false)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData("eth 0", false)]
    [InlineData("eth/0", false)]
    [InlineData("*", false)]
    public void Names_of_interfaces(string name, bool isSound)
    {
        Assert.Equal(isSound, InterfaceMatch.IsName(name));
        if (!isSound)
            Assert.Throws<ArgumentException>(() => InterfaceMatch.Only(name));
    }

    [Fact]
    public void All_but_some_are_named_in_one_order()
    {
        var match = InterfaceMatch.AllBut(["eth1", "eth0", "eth1"]);
        Assert.Equal("not eth0,eth1", match.ToString());
        Assert.Equal(InterfaceMatch.AllBut(["eth0", "eth1"]), match);
        Assert.True(match.Matches("eth2") && !match.Matches("eth0"));
        Assert.Throws<ArgumentException>(() => InterfaceMatch.AllBut([]));
    }
}
