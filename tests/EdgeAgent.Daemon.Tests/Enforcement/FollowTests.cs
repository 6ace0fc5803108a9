using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;
using EdgeAgent.Netfilter;
using EdgeAgent.Testing;

namespace EdgeAgent.Daemon.Tests;

/// <summary>Members of sets that come and go change the kernel at once, and nothing else is taken for that.</summary>
public sealed class FollowTests : IDisposable
{
    private const string Name = "db.example.com";

    private readonly TestNamespace _place = new("follow");
    private readonly TableKeeper<NftablesContent> _keeper;

    public FollowTests() => _keeper = new(new NftablesFirewall(_place.Path, TableOwnership.None));

    public void Dispose()
    {
        _keeper.Dispose();
        _place.Dispose();
    }

    [Fact]
    public void A_peer_that_joins_and_leaves_is_in_the_kernel_and_proven()
    {
        var held = Established("10.0.0.1", "10.0.0.3");
        foreach (var peers in new string[][] { ["10.0.0.1", "10.0.0.3", "10.0.0.9"], ["10.0.0.3", "10.0.0.9"], ["10.0.0.3", "10.0.0.8/31"] })
        {
            var next = Next(held, peers);
            var state = _keeper.TryFollow(next)?.Invoke();
            Assert.NotNull(state);
            Assert.Equal(RulesetDigest.Of(Table()), state.Proof.Digest);
            Assert.Equal(RulesetDigest.Of(NftablesFirewall.Desired(next, null)), state.Proof.Digest);
            Assert.Equal(new Stamp(next.Policy.Revision, next.Policy.Digest), Stamp.Of(Table()));
            Assert.Null(_keeper.Establish(next, lookFirst: true, () => { }).Drift);
            held = next;
        }
    }

    [Fact]
    public void Addresses_of_names_that_come_and_go_are_followed_like_members_of_sets()
    {
        var held = new Enforcement(PolicyVersion.Of(Policies.OutboundByName(1, 80, Name)), Failsafe.Defaults) { Names = Policies.Resolved(Name, "10.0.0.1", "10.0.0.3") };
        _keeper.Establish(held, lookFirst: true, () => { });
        foreach (var addresses in new string[][] { ["10.0.0.1", "10.0.0.3", "10.0.0.9"], ["10.0.0.5", "10.0.0.9"] })
        {
            var next = held with { Names = Policies.Resolved(Name, addresses) };
            var state = _keeper.TryFollow(next)?.Invoke();
            Assert.NotNull(state);
            Assert.Equal(RulesetDigest.Of(Table()), state.Proof.Digest);
            var byAddress = next.Policy.Policy with
            {
                Sets = Policies.Sets(new AddressSet("names", addresses.Select(Cidr.Parse))),
                DomainSets = HostPolicy.Empty.DomainSets,
            };
            Assert.Equal(RulesetDigest.Of(RulesetCompiler.Compile(byAddress, CompileOptions.Default)), state.Proof.Digest);
            Assert.Equal(new Stamp(next.Policy.Revision, next.Policy.Digest), Stamp.Of(Table()));
            Assert.Null(_keeper.Establish(next, lookFirst: true, () => { }).Drift);
            held = next;
        }

        // The first address makes a rule, the last takes one away: that is compiled.
        Assert.Null(_keeper.TryFollow(held with { Names = ResolvedNames.None }));
    }

    [Fact]
    public void Rules_modes_and_failsafes_are_not_followed()
    {
        var held = Established("10.0.0.1", "10.0.0.3");
        var policy = held.Policy.Policy;
        Assert.Null(_keeper.TryFollow(held with { Failsafes = [] }));
        Assert.Null(_keeper.TryFollow(After(held, policy with { Mode = EnforcementMode.Audit })));
        Assert.Null(_keeper.TryFollow(After(held, Policies.Inbound(2, 81, "10.0.0.1", "10.0.0.3"))));
        Assert.NotNull(_keeper.TryFollow(After(held, policy with { Revision = new(2) })));
    }

    [Fact]
    public void A_foreign_change_stops_the_short_way_and_is_told_of_on_the_long_one()
    {
        var held = Established("10.0.0.1", "10.0.0.3");
        _place.Nft("add element inet edgeagent in-tcp-80.4 { 10.6.6.6 : \"default/test.in\" }");
        var next = Next(held, "10.0.0.1", "10.0.0.3", "10.0.0.9");
        Assert.Null(_keeper.TryFollow(next));
        Assert.Null(_keeper.TryFollow(next));
        var state = _keeper.Establish(next, lookFirst: false, () => { });
        Assert.Contains("10.6.6.6", state.Drift, StringComparison.Ordinal);
        Assert.Equal(RulesetDigest.Of(Table()), state.Proof.Digest);
        Assert.NotNull(_keeper.TryFollow(Next(next, "10.0.0.1", "10.0.0.3")));
    }

    private Enforcement Established(params string[] peers)
    {
        var first = new Enforcement(PolicyVersion.Of(Policies.Inbound(1, 80, peers)), Failsafe.Defaults);
        _keeper.Establish(first, lookFirst: true, () => { });
        return first;
    }

    private static Enforcement Next(Enforcement held, params string[] peers) => After(held, Policies.Inbound(held.Policy.Revision.Number + 1, 80, peers));

    private static Enforcement After(Enforcement held, HostPolicy policy) => held with { Policy = held.Policy.After(HostPolicyDelta.Between(held.Policy.Policy, policy)) };

    private Ruleset Table()
    {
        using var kernel = new NetfilterKernel(_place.Path);
        return kernel.Read().Ruleset!;
    }
}
