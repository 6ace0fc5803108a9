using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>The steps by which bookinfo is secured, each as a table of sources and destinations at both ends.</summary>
public sealed class BookinfoSteps
{
    [Fact]
    public void Without_policy_all_reach_all()
    {
        var state = State([Bookinfo.OpenNamespace, .. Bookinfo.Hosts]);
        AssertTable(state, (_, _) => true);
        Assert.All(state.Hosts, host => Assert.Empty(state.PolicyOf(host)!.Inbound));
    }

    [Fact]
    public void Default_deny_closes_all() =>
        AssertTable(State([Bookinfo.ClosedNamespace, .. Bookinfo.Hosts]), (_, _) => false);

    [Fact]
    public void The_four_policies_leave_their_edges()
    {
        var state = State([Bookinfo.ClosedNamespace, .. Bookinfo.Hosts, .. Bookinfo.Policies]);
        AssertTable(state, (from, to) => Bookinfo.Edges.Contains((from, to)));
    }

    [Fact]
    public void Hosts_that_no_policy_tells_apart_share_one_policy()
    {
        var state = State([Bookinfo.ClosedNamespace, .. Bookinfo.Hosts, .. Bookinfo.Policies]);
        Assert.Equal(
            HostPolicyDigest.Of(state.PolicyOf(Bookinfo.Key("reviews-v1"))!),
            HostPolicyDigest.Of(state.PolicyOf(Bookinfo.Key("reviews-v3"))!));
        Assert.NotEqual(
            HostPolicyDigest.Of(state.PolicyOf(Bookinfo.Key("reviews-v1"))!),
            HostPolicyDigest.Of(state.PolicyOf(Bookinfo.Key("ratings"))!));
    }

    [Fact]
    public void Bookends_close_other_ports_and_other_destinations_at_both_ends()
    {
        var state = State([Bookinfo.ClosedNamespace, .. Bookinfo.Hosts, Bookinfo.Bookend("reviews-to-ratings", "app == 'reviews'", "app == 'ratings'", 9080)]);
        foreach (var (direction, host) in new[] { (Direction.Outbound, "reviews-v1"), (Direction.Inbound, "ratings") })
        {
            var policy = state.PolicyOf(Bookinfo.Key(host))!;
            Assert.True(HostPolicyEvaluator.Allows(policy, Bookinfo.Packet("reviews-v1", "ratings", direction)));
            Assert.False(HostPolicyEvaluator.Allows(policy, Bookinfo.Packet("reviews-v1", "ratings", direction, 22)));
        }

        var stranger = state.PolicyOf(Bookinfo.Key("sleep"))!;
        Assert.False(HostPolicyEvaluator.Allows(stranger, Bookinfo.Packet("sleep", "ratings", Direction.Outbound)));
    }

    [Fact]
    public void A_host_with_closed_egress_holds_no_set_of_closed_destinations()
    {
        var state = State([Bookinfo.ClosedNamespace, .. Bookinfo.Hosts, Bookinfo.Bookend("reviews-to-ratings", "app == 'reviews'", "app == 'ratings'", 9080)]);
        var held = state.PolicyOf(Bookinfo.Key("reviews-v1"))!.Sets.Values;
        Assert.DoesNotContain(held, set => set.Contains(Bookinfo.Address("details")));
        Assert.Contains(held, set => set.Contains(Bookinfo.Address("ratings")));
    }

    [Fact]
    public void A_host_that_joins_changes_sets_alone()
    {
        EngineState state = State([Bookinfo.ClosedNamespace, .. Bookinfo.Hosts, .. Bookinfo.Policies]);
        var joining = Bookinfo.Hosts[5] with { Key = Bookinfo.Key("reviews-v4"), Addresses = [Cidr.Parse("10.0.0.44")] };
        var result = PolicyEngine.Apply(state, Change.Of(joining));
        var delta = HostPolicyDelta.Between(state.PolicyOf(Bookinfo.Key("ratings"))!, result.State.PolicyOf(Bookinfo.Key("ratings"))!);
        Assert.Null(delta.Inbound);
        Assert.Null(delta.Outbound);
        Assert.Equal(2, delta.SetChanges.Count);
        Assert.All(delta.SetChanges, change => Assert.Equal(("[10.0.0.44/32]", "[]"), (change.Added.ToString(), change.Removed.ToString())));
        Assert.DoesNotContain(Bookinfo.Key("productpage"), result.Changed);
        Assert.Contains(Bookinfo.Key("reviews-v4"), result.Changed);
    }

    [Fact]
    public void A_policy_written_anew_for_the_same_hosts_replaces_the_old_one_at_both_ends()
    {
        var before = State([Bookinfo.ClosedNamespace, .. Bookinfo.Hosts, Bookinfo.Bookend("reviews-to-ratings", "app == 'reviews'", "app == 'ratings'", 9080)]);
        var state = PolicyEngine.Apply(before, Change.Of(Bookinfo.Bookend("reviews-to-ratings", "app == 'reviews'", "app == 'ratings'", 22))).State;
        foreach (var (direction, host) in new[] { (Direction.Outbound, "reviews-v1"), (Direction.Inbound, "ratings") })
        {
            var policy = state.PolicyOf(Bookinfo.Key(host))!;
            Assert.False(HostPolicyEvaluator.Allows(policy, Bookinfo.Packet("reviews-v1", "ratings", direction)));
            Assert.True(HostPolicyEvaluator.Allows(policy, Bookinfo.Packet("reviews-v1", "ratings", direction, 22)));
        }
    }

    private static EngineState State(params ReadOnlySpan<Resource> resources)
    {
        var result = PolicyEngine.Apply(EngineState.Empty, Change.Of(resources));
        Assert.True(result.Accepted, string.Join('\n', result.Diagnostics));
        return result.State;
    }

    private static void AssertTable(EngineState state, Func<string, string, bool> expected)
    {
        foreach (var from in Bookinfo.Hosts.Select(host => host.Key.Name))
        {
            foreach (var to in Bookinfo.Hosts.Select(host => host.Key.Name).Where(to => to != from))
            {
                var wanted = expected(from, to);
                Assert.True(wanted == HostPolicyEvaluator.Allows(state.PolicyOf(Bookinfo.Key(from))!, Bookinfo.Packet(from, to, Direction.Outbound)), $"{from} -> {to} at the source");
                Assert.True(wanted == HostPolicyEvaluator.Allows(state.PolicyOf(Bookinfo.Key(to))!, Bookinfo.Packet(from, to, Direction.Inbound)), $"{from} -> {to} at the destination");
                Assert.True(wanted == PolicyEngine.Decide(state, new($"default/{from}", $"default/{to}", IpProtocol.Tcp, 9080)).Allowed, $"{from} -> {to} decided");
            }
        }
    }
}
