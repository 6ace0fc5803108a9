using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Dataplane.Tests;

/// <summary>Comparisons with the reference evaluator.</summary>
internal sealed class Expect(HostPolicy policy, Func<Packet, Outcome> run, Func<string> text, string context, int longestName)
{
    private readonly PolicyNames _names = PolicyNames.Of(policy, longestName);

    public Expect(HostPolicy policy, Ruleset ruleset, string context)
        : this(policy, packet => RulesetInterpreter.Run(ruleset, packet), () => RulesetText.Of(ruleset), context, CompileOptions.Default.LongestPolicyName)
    {
    }

    public Expect(HostPolicy policy, XTablesRuleset ruleset, string context)
        : this(policy, packet => XTablesInterpreter.Run(ruleset, packet), () => XTablesText.Of(ruleset), context, XTablesCompiler.LongestPolicyName)
    {
    }

    /// <summary>ICMPv6 messages that IPv6 cannot live without pass whatever policy says.</summary>
    public static bool IsAlwaysAccepted(Packet packet) =>
        packet.Protocol == IpProtocol.IcmpV6 && packet.IcmpType is (>= 1 and <= 4) or (>= 130 and <= 136) or 143 && !packet.IsForwarded;

    public void SameDecision(Packet packet)
    {
        var outcome = run(packet);
        if (IsAlwaysAccepted(packet))
        {
            if (!outcome.Accepted)
                Assert.Fail($"{context}: {packet} must always pass");
            return;
        }

        var expected = HostPolicyEvaluator.Decide(policy, packet);
        if (expected.Allowed != outcome.Accepted)
            Assert.Fail($"{context}: {packet} must {(expected.Allowed ? "pass" : "be dropped")}, counters {string.Join(' ', outcome.Counters)}\n{text()}");
        var counters = Counted(packet).Order(StringComparer.Ordinal).ToList();
        if (!counters.SequenceEqual(outcome.Counters.Where(counter => counter != CounterNames.Undecided(Direction.Inbound) && counter != CounterNames.Undecided(Direction.Outbound)).Order(StringComparer.Ordinal)))
            Assert.Fail($"{context}: {packet} counted by {string.Join(' ', outcome.Counters)}, expected {string.Join(' ', counters)}\n{text()}");
    }

    /// <summary>The counters that a packet must show in: of a forwarded one those where it arrives, and if it may, those where it leaves.</summary>
    private IEnumerable<string> Counted(Packet packet)
    {
        if (!packet.IsForwarded)
            return Counted(HostPolicyEvaluator.Decide(policy, packet), packet, packet.Direction.OwnPath());
        var (arriving, leaving) = (HostPolicyEvaluator.Decide(policy, packet, TrafficPath.ForwardIn), HostPolicyEvaluator.Decide(policy, packet.Leaving(), TrafficPath.ForwardOut));
        return Counted(arriving, packet, TrafficPath.ForwardIn).Concat(arriving.Allowed ? Counted(leaving, packet.Leaving(), TrafficPath.ForwardOut) : []);
    }

    private IEnumerable<string> Counted(HostPolicyDecision decision, Packet packet, TrafficPath path)
    {
        var stages = decision.DecidedBy.Select((by, stage) => (by, denies: !decision.Allowed && stage == decision.DecidedBy.Count - 1))
            .Where(stage => stage.by is not null)
            .Select(stage => stage.denies ? CounterNames.Denied(_names.Of(stage.by!.Value), packet.Direction) : CounterNames.Allowed(_names.Of(stage.by!.Value), packet.Direction));
        var logs = LogsByStage(packet, path).Select(name => CounterNames.Logged(name, packet.Direction));
        return stages.Concat(logs).Concat(decision.Allowed ? [] : [CounterNames.Denied(packet.Direction)]);
    }

    /// <summary>Each policy that logs counts once in each stage.</summary>
    private IEnumerable<string> LogsByStage(Packet packet, TrafficPath path)
    {
        foreach (var stage in policy.StagesOf(path))
        {
            var one = HostPolicyEvaluator.Decide(policy with { Inbound = [stage], Outbound = [stage] }, packet, packet.Direction.OwnPath());
            foreach (var name in one.Logged.Select(_names.Of).Distinct())
                yield return name;
            if (!one.Allowed)
                yield break;
        }
    }
}
