using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Tests;

/// <summary>What probes and explanations say.</summary>
public sealed class Decisions
{
    private static readonly EngineState State = PolicyEngine.Apply(EngineState.Empty, Change.Of([Bookinfo.ClosedNamespace, .. Bookinfo.Hosts, .. Bookinfo.Policies])).State;

    [Fact]
    public void A_grant_names_its_rule_and_line()
    {
        var decision = PolicyEngine.Decide(State, new("default/reviews-v2", "default/ratings", IpProtocol.Tcp, 9080));
        Assert.True(decision.Allowed);
        Assert.Equal((DecisionReason.Undecided, null), (decision.Egress.Reason, decision.Egress.Policy));
        Assert.Equal(new PolicyReference("NetworkPolicy", "default", "calico-from-reviews-to-ratings", "ingress[0]"), decision.Ingress.Policy);
        Assert.Equal("bookinfo.yaml:35:3", decision.Ingress.Source.ToString());
    }

    [Fact]
    public void A_denial_names_the_policy_that_closes_and_why_its_rule_did_not_match()
    {
        var decision = PolicyEngine.Explain(State, new("default/sleep", "10.0.0.7", IpProtocol.Tcp, 9080));
        Assert.False(decision.Allowed);
        Assert.True(decision.Egress.Allowed);
        Assert.Equal(DecisionReason.Isolation, decision.Ingress.Reason);
        var step = decision.Ingress.Steps.Single(step => step.Policy.Name == "calico-from-reviews-to-ratings");
        Assert.Equal(PolicyOutcome.NoRuleMatched, step.Outcome);
        Assert.Equal("the other end 10.0.0.8 (default/sleep) is not default/app == \"reviews\" workloads", Assert.Single(step.Rules).Mismatch);
        Assert.Contains(decision.Ingress.Steps, other => other is { Policy.Name: "calico-from-ingress-to-ppage", Outcome: PolicyOutcome.NotSelected });
    }

    [Theory]
    [InlineData("default/ratings", "10.0.0.7", true, DecisionReason.SameHost)]
    [InlineData("default/ratings", "203.0.113.1", true, DecisionReason.NotEnforced)]
    [InlineData("203.0.113.1", "203.0.113.2", true, DecisionReason.NotEnforced)]
    [InlineData("203.0.113.1", "default/ratings", false, DecisionReason.Isolation)]
    [InlineData("fd00::1", "default/ratings", true, DecisionReason.NoCommonFamily)]
    public void Ends_that_are_no_hosts(string from, string to, bool allowed, DecisionReason ingress)
    {
        var decision = PolicyEngine.Decide(State, new(from, to, IpProtocol.Tcp, 80));
        Assert.Equal(allowed, decision.Allowed);
        Assert.Equal(ingress, decision.Ingress.Reason);
    }

    [Fact]
    public void A_name_that_nothing_has_is_refused()
    {
        var error = Assert.Throws<ProbeException>(() => PolicyEngine.Decide(State, new("default/nobody", "default/ratings", IpProtocol.Tcp, 80)));
        Assert.Contains("default/nobody", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Failsafes_count_when_asked_for()
    {
        var probe = new Probe("default/sleep", "default/ratings", IpProtocol.Tcp, 22);
        Assert.False(PolicyEngine.Decide(State, probe).Allowed);
        var decision = PolicyEngine.Decide(State, probe, Failsafe.Defaults);
        Assert.True(decision.Allowed);
        Assert.Equal(DecisionReason.Failsafe, decision.Ingress.Reason);
    }

    [Fact]
    public void A_host_with_several_addresses_is_reached_only_if_every_pair_is()
    {
        var ratings = Bookinfo.Hosts.Single(host => host.Key.Name == "ratings") with { Addresses = [Cidr.Parse("10.0.0.7"), Cidr.Parse("10.9.0.7"), Cidr.Parse("fd00::7")] };
        var closed = new PolicyResource(new("BookendPolicy", "default", "close-one"), SourcePosition.None)
        {
            Order = 1,
            Ingress = new([PeerMatch.Of(new EquatableArray<Cidr>([Cidr.Parse("10.9.0.0/16")]))], [new(Verdict.Deny, "from", SourcePosition.None)], false),
        };
        var state = PolicyEngine.Apply(State, Change.Of(ratings, closed)).State;
        var byName = PolicyEngine.Decide(state, new("default/reviews-v1", "default/ratings", IpProtocol.Tcp, 9080));
        Assert.False(byName.Allowed);
        Assert.Equal("close-one", byName.Ingress.Policy!.Value.Name);
        Assert.True(PolicyEngine.Decide(state, new("default/reviews-v1", "10.0.0.7", IpProtocol.Tcp, 9080)).Allowed);
        Assert.False(PolicyEngine.Decide(state, new("default/reviews-v1", "10.9.0.7", IpProtocol.Tcp, 9080)).Allowed);
    }
}
