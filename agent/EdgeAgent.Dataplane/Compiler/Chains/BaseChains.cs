using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// The permanent chains. What does not depend on policies comes first: packets of known connections, loopback, failsafes that are not of one
/// port. Then the destination port leads to its chain, else the protocol, else the rest. The first packet of a flow meets as few steps as
/// possible, since each costs it some ten nanoseconds.
/// </summary>
internal sealed class BaseChains(RulesetBuilder ruleset)
{
    /// <summary>The chain of ICMPv6 messages that are always accepted.</summary>
    public const string IcmpV6Chain = "icmpv6-always";

    /// <summary>The chain of flows that were allowed once and are denied now.</summary>
    public const string CutChain = "cut";

    /// <summary>A base chain that accepts all.</summary>
    public void WriteOpen(Direction direction) => ruleset.AddChain(ruleset.ChainName(Name(direction)), [], HookOf(direction));

    /// <summary>RFC 4890 4.4.1: errors (path MTU), multicast listeners, router and neighbour discovery.</summary>
    public void WriteIcmpV6() => ruleset.AddChain(
        ruleset.ChainName(IcmpV6Chain),
        [
            Accept(Match.IcmpType(1, 4), "errors, path MTU"),
            Accept(Match.IcmpType(130, 136), "multicast listeners, neighbours, routers"),
            Accept(Match.IcmpType(143, 143), "multicast listeners"),
        ]);

    /// <summary>Flows that were allowed once and are denied now. A host that only watches drops none of them.</summary>
    public void WriteCut(EnforcementMode mode)
    {
        var count = ruleset.Count(CounterNames.Cut);
        ruleset.AddChain(ruleset.ChainName(CutChain), [mode == EnforcementMode.Audit ? new([count], "audit") : new([count, new Decide(ChainVerdict.Drop)])]);
    }

    /// <summary>A base chain that leads to the policy's chains.</summary>
    /// <param name="path">The path of the host's own traffic.</param>
    /// <param name="mode">How the host enforces.</param>
    /// <param name="stages">The path's stages.</param>
    /// <param name="dispatch">What leads to them, behind the failsafes that no map leads to.</param>
    public void Write(TrafficPath path, EnforcementMode mode, EquatableArray<Stage> stages, EquatableArray<ChainRule> dispatch)
    {
        var direction = path.Direction();
        var known = ruleset.ChainName($"{PathNames.Prefix(path)}-known");
        IReadOnlyList<EquatableArray<Expression>> isolated = direction == Direction.Inbound ? [.. Isolated(direction, stages)] : [];
        ruleset.AddChain(known, [.. Known(), .. isolated.Count > 0 ? InvalidButAlwaysOpen() : [], .. Invalid(mode, isolated)]);
        var states = ConntrackStates.Established | ConntrackStates.Related | (direction == Direction.Inbound ? ConntrackStates.Invalid : ConntrackStates.None);
        ruleset.AddChain(
            ruleset.ChainName(Name(direction)),
            [
                new([.. Match.State(states), new Decide(ChainVerdict.Jump(known))]),
                Accept(Match.Loopback(direction), null),
                .. dispatch,
            ],
            HookOf(direction));
    }

    /// <summary>
    /// The base chain of traffic through the host. It is there only while policies are about such traffic: on a host that forwards without
    /// them each packet would pay for nothing. No failsafe counts, and neighbour discovery is not forwarded.
    /// </summary>
    public void WriteForward(EnforcementMode mode, EquatableArray<Stage> arriving, EquatableArray<Stage> leaving, IEnumerable<ChainVerdict> entries)
    {
        var known = ruleset.ChainName("fwd-known");
        ruleset.AddChain(known, [.. Known(), .. Invalid(mode, Isolated(Direction.Inbound, arriving).Concat(Isolated(Direction.Outbound, leaving)))]);
        ruleset.AddChain(
            ruleset.ChainName("forward"),
            [
                new([.. Match.State(ConntrackStates.Established | ConntrackStates.Related | ConntrackStates.Invalid), new Decide(ChainVerdict.Jump(known))]),
                .. entries.Select(entry => new ChainRule([new Decide(entry)])),
            ],
            Hook.Forward);
    }

    /// <summary>Flows that were cut, known connections, and ICMP errors about them.</summary>
    private static IEnumerable<ChainRule> Known()
    {
        yield return new([.. Match.ConnectionMark(CutMark.Bit), new Decide(ChainVerdict.Jump(CutChain))]);
        yield return Accept(Match.State(ConntrackStates.Established), null);
        yield return Accept([.. Match.State(ConntrackStates.Related), .. Match.Protocol(IpProtocol.Icmp)], null);
        yield return Accept([.. Match.State(ConntrackStates.Related), .. Match.Protocol(IpProtocol.IcmpV6)], null);
    }

    /// <summary>What comes in out of state and passes nevertheless.</summary>
    private static IEnumerable<ChainRule> InvalidButAlwaysOpen()
    {
        yield return Accept([.. Match.State(ConntrackStates.Invalid), .. Match.Loopback(Direction.Inbound)], null);
        yield return new([.. Match.State(ConntrackStates.Invalid), .. IcmpV6Always.Expressions], IcmpV6Always.Comment);
    }

    /// <summary>What belongs to no connection. Not outbound: a host's own packets out of state are judged by policy like any others.</summary>
    private IEnumerable<ChainRule> Invalid(EnforcementMode mode, IEnumerable<EquatableArray<Expression>> isolated)
    {
        foreach (var where in isolated.Distinct())
        {
            EquatableArray<Expression> count = [.. Match.State(ConntrackStates.Invalid), .. where, ruleset.Count(CounterNames.Invalid)];
            yield return mode == EnforcementMode.Audit ? new(count, "audit") : new([.. count, new Decide(ChainVerdict.Drop)]);
        }
    }

    /// <summary>
    /// Where stages say anything: what belongs to no connection is dropped there. Where they allow everything nothing is dropped; a stage
    /// about all interfaces but some counts for all, since one rule cannot name those that it leaves out.
    /// </summary>
    private static IEnumerable<EquatableArray<Expression>> Isolated(Direction direction, EquatableArray<Stage> stages)
    {
        if (stages.Any(stage => stage.Interface?.Name is null))
            return [[]];
        return stages.Select(stage => stage.Interface!.Name!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => Match.Interface(direction, CompareOperator.Equal, name));
    }

    /// <summary>Leads ICMPv6 through the messages that are always accepted.</summary>
    public static ChainRule IcmpV6Always { get; } = new([.. Match.Protocol(IpProtocol.IcmpV6), new Decide(ChainVerdict.Jump(IcmpV6Chain))]);

    private static ChainRule Accept(EquatableArray<Expression> steps, string? comment) => new([.. steps, new Decide(ChainVerdict.Accept)], comment);

    private static string Name(Direction direction) => direction == Direction.Inbound ? "input" : "output";

    private static Hook HookOf(Direction direction) => direction == Direction.Inbound ? Hook.Input : Hook.Output;
}
