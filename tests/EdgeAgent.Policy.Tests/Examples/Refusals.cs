using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Tests;

/// <summary>What is wrong between documents refuses the whole change, and names both places.</summary>
public sealed class Refusals
{
    private static readonly EngineState State = PolicyEngine.Apply(EngineState.Empty, Change.Of([Bookinfo.OpenNamespace, .. Bookinfo.Hosts])).State;

    [Fact]
    public void Two_hosts_with_one_address()
    {
        var second = Bookinfo.Hosts[0] with { Key = Bookinfo.Key("copy"), Source = new("hosts.yaml", 7, 1) };
        var result = PolicyEngine.Apply(State, Change.Of(second));
        Assert.False(result.Accepted);
        Assert.Same(State, result.State);
        Assert.Equal(
            "hosts.yaml:7:1: error: Host default/copy: addresses: the address 10.0.0.1 belongs to Host default/ingress; an address belongs to one host",
            Assert.Single(result.Diagnostics).ToString());
    }

    [Fact]
    public void An_address_may_move_from_host_to_host_in_one_change()
    {
        var (first, second) = (Bookinfo.Hosts[0], Bookinfo.Hosts[1]);
        var result = PolicyEngine.Apply(State, Change.Of(first with { Addresses = second.Addresses }, second with { Addresses = first.Addresses }));
        Assert.True(result.Accepted);
        Assert.Equal(second.Key, result.State.World.HostByAddress[first.Addresses[0].Network]);
    }

    [Fact]
    public void One_name_twice()
    {
        var result = PolicyEngine.Apply(State, Change.Of(Bookinfo.Hosts[0] with { Source = new("a.yaml", 1, 1) }, Bookinfo.Hosts[0] with { Source = new("a.yaml", 9, 1) }));
        var error = Assert.Single(result.Diagnostics);
        Assert.Equal(("a.yaml:9:1", "a.yaml:1:1"), (error.Position.ToString(), error.Related[0].ToString()));
    }

    [Fact]
    public void A_tier_that_does_not_exist()
    {
        var policy = Bookinfo.Policies[0] with { Tier = "platform" };
        var error = Assert.Single(PolicyEngine.Apply(State, Change.Of(policy)).Diagnostics);
        Assert.Contains("there is no tier 'platform' (known: ", error.Message, StringComparison.Ordinal);
        var tier = new TierResource(new(TierResource.Kind, "", "platform"), new("tier.yaml", 3, 1));
        var accepted = PolicyEngine.Apply(State, Change.Of(policy, tier));
        Assert.True(accepted.Accepted);
        var refused = Assert.Single(PolicyEngine.Apply(accepted.State, Change.Delete(tier.Key)).Diagnostics);
        Assert.Equal("tier.yaml:3:1", refused.Related[0].ToString());
    }

    [Fact]
    public void A_policy_that_selects_nothing_is_warned_of_while_it_does()
    {
        var policy = Bookinfo.Bookend("to-nowhere", "app == 'nobody'", "app == 'nothing'", 80);
        var result = PolicyEngine.Apply(State, Change.Of(policy));
        Assert.True(result.Accepted);
        Assert.Equal(policy.Key, Assert.Single(result.Diagnostics).Resource);
        var host = Bookinfo.Hosts[0] with { Labels = LabelSet.Of(("app", "nothing")) };
        Assert.Empty(PolicyEngine.Apply(result.State, Change.Of(host)).Diagnostics);
    }
}
