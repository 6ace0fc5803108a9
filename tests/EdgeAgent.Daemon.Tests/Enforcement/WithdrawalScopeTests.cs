using EdgeAgent.Contracts;
using EdgeAgent.Netfilter;

namespace EdgeAgent.Daemon.Tests;

public sealed class WithdrawalScopeTests
{
    private static readonly IpProtocol[] Protocols = [IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Icmp, new(47)];

    [Fact]
    public void Every_flow_that_a_random_change_withdraws_is_in_the_scope()
    {
        var (withdrawn, all, none, few) = (0, 0, 0, 0);
        for (var seed = 1; seed <= 4000; seed++)
        {
            var random = new Random(seed);
            var old = RandomPolicies.Make(random);
            var now = old;
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                now = PolicyMutation.Of(now, random);
            var (before, after) = (Enforce(old), Enforce(now));
            var scope = WithdrawalScope.Between(before, after);
            (all, none, few) = scope switch
            {
                { Everything: true } => (all + 1, none, few),
                { Filters.IsEmpty: true } => (all, none + 1, few),
                _ => (all, none, few + 1),
            };
            var (judgeBefore, judgeAfter) = (new FlowJudge(before, RandomPolicies.InterfaceOf), new FlowJudge(after, RandomPolicies.InterfaceOf));
            for (var i = 0; i < 40; i++)
            {
                var (tracked, seen) = RandomFlow(random);
                if (!judgeBefore.Allows(seen) || judgeAfter.Allows(seen))
                    continue;
                withdrawn++;
                Assert.True(Holds(scope, tracked, seen), $"seed {seed}: {seen} is withdrawn, but not in {scope}");
            }
        }

        Assert.True(withdrawn > 200 && all > 100 && none > 300 && few > 300, $"{withdrawn} flows withdrawn; scopes: {all} of all, {none} of none, {few} of few");
    }

    [Fact]
    public void A_peer_that_joins_concerns_no_flow_and_one_that_leaves_only_its_own()
    {
        var one = Enforce(Policies.Inbound(1, 80, "10.0.0.1"));
        var two = Enforce(Policies.Inbound(2, 80, "10.0.0.1", "10.0.0.2"));
        Assert.Equal(WithdrawalScope.None, WithdrawalScope.Between(one, two));
        var gone = IpAddress.Parse("10.0.0.2");
        Assert.Equal(
            new WithdrawalScope(false, [new FlowFilter(IpFamily.V4) { Source = gone }], [new FlowFilter(IpFamily.V4) { Answerer = gone }]),
            WithdrawalScope.Between(two, one));
    }

    [Fact]
    public void Where_many_peers_leave_the_port_is_asked_for_and_where_there_is_none_everything()
    {
        var many = Enforce(Policies.Inbound(1, 80, [.. Enumerable.Range(1, 50).Select(i => $"10.0.0.{i}")]));
        var few = Enforce(Policies.Inbound(2, 80, "10.0.0.1"));
        Assert.Equal(
            new[] { IpFamily.V4, IpFamily.V6 }.SelectMany(family => new[]
            {
                new FlowFilter(family) { Protocol = IpProtocol.Tcp, AnsweringPort = 80 },
                new FlowFilter(family) { Protocol = IpProtocol.Tcp, SourcePort = 80 },
            }),
            WithdrawalScope.Between(many, few).Filters);
        Assert.Equal(WithdrawalScope.All, WithdrawalScope.Between(null, few));
        Assert.Equal(WithdrawalScope.All, WithdrawalScope.Between(many, Enforce(Policies.InboundOnly(2, 80, "10.0.0.1"))));
        Assert.Equal(WithdrawalScope.All, WithdrawalScope.Between(few, few with { Failsafes = [] }));
        Assert.Equal(WithdrawalScope.All, WithdrawalScope.Between(few, Enforce(few.Policy.Policy with { Mode = EnforcementMode.Quarantine })));
    }

    // Only the host's own connections have sockets here.
    private static bool Holds(WithdrawalScope scope, Flow tracked, HostFlow seen) =>
        scope.Everything
        || scope.Filters.Any(filter => filter.Matches(tracked))
        || (seen.Protocol == IpProtocol.Tcp && !seen.IsForwarded && scope.OfSockets.Any(filter => filter.Matches(tracked)));

    private static Enforcement Enforce(HostPolicy policy) => new(PolicyVersion.Of(policy), Failsafe.Defaults);

    private static (Flow Tracked, HostFlow Seen) RandomFlow(Random random)
    {
        var seen = new HostFlow(
            random.Next(2) == 0 ? Direction.Inbound : Direction.Outbound,
            IpAddress.Parse($"10.0.0.{random.Next(4)}"),
            IpAddress.Parse($"10.0.0.{random.Next(8)}"),
            Protocols[random.Next(Protocols.Length)],
            (ushort)random.Next(5),
            (ushort)random.Next(3),
            (byte)(random.Next(2) * 8));
        if (random.Next(3) == 0)
            seen = seen with { Direction = Direction.Inbound, IsForwarded = true };
        var (from, to) = seen.Direction == Direction.Inbound ? (seen.Peer, seen.Self) : (seen.Self, seen.Peer);
        var original = new FlowTuple { Source = from, Destination = to, Protocol = seen.Protocol, SourcePort = seen.SourcePort, DestinationPort = seen.Port, IcmpType = seen.IcmpType };

        // One that was picked up is tracked the other way round.
        if (seen.Protocol == IpProtocol.Tcp && random.Next(3) == 0)
            original = original.Mirrored;
        return (new() { Original = original, Reply = original.Mirrored, Status = 0, Id = 1 }, seen);
    }
}
