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

    private static readonly Register First = new(0);

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
    /// <param name="direction">Which one.</param>
    /// <param name="mode">How the host enforces.</param>
    /// <param name="isolated">Whether any policy selects the host in this direction.</param>
    /// <param name="failsafes">Those that no map leads to.</param>
    /// <param name="portMap">Where a protocol's port leads.</param>
    /// <param name="protocolMap">Where a protocol leads whose port is not in that map.</param>
    /// <param name="rest">Where all else leads.</param>
    public void Write(Direction direction, EnforcementMode mode, bool isolated, IEnumerable<ChainRule> failsafes, string portMap, string protocolMap, ChainVerdict rest)
    {
        var known = ruleset.ChainName($"{(direction == Direction.Inbound ? "in" : "out")}-known");
        ruleset.AddChain(known, Known(direction, mode, isolated));
        var states = ConntrackStates.Established | ConntrackStates.Related | (direction == Direction.Inbound ? ConntrackStates.Invalid : ConntrackStates.None);
        ruleset.AddChain(
            ruleset.ChainName(Name(direction)),
            [
                new([.. Match.State(states), new Decide(ChainVerdict.Jump(known))]),
                Accept(Match.Loopback(direction), null),
                .. failsafes,
                new([new LoadMeta(MetaKey.TransportProtocol, First), new LoadPayload(PayloadBase.Transport, 2, 2, First.After(1)), new LookupVerdict(portMap, First)]),
                new([new LoadMeta(MetaKey.TransportProtocol, First), new LookupVerdict(protocolMap, First)]),
                new([new Decide(rest)]),
            ],
            HookOf(direction));
    }

    /// <summary>
    /// Flows that were cut, known connections, ICMP errors about them, and what belongs to none. The last only inbound: a host's own packets
    /// out of state are judged by policy like any others. A host whose inbound policy allows everything drops nothing.
    /// </summary>
    private IEnumerable<ChainRule> Known(Direction direction, EnforcementMode mode, bool isolated)
    {
        yield return new([.. Match.ConnectionMark(CutMark.Bit), new Decide(ChainVerdict.Jump(CutChain))]);
        yield return Accept(Match.State(ConntrackStates.Established), null);
        yield return Accept([.. Match.State(ConntrackStates.Related), .. Match.Protocol(IpProtocol.Icmp)], null);
        yield return Accept([.. Match.State(ConntrackStates.Related), .. Match.Protocol(IpProtocol.IcmpV6)], null);
        if (direction != Direction.Inbound || !isolated)
            yield break;
        yield return Accept([.. Match.State(ConntrackStates.Invalid), .. Match.Loopback(direction)], null);
        yield return new([.. Match.State(ConntrackStates.Invalid), .. IcmpV6Always.Expressions], IcmpV6Always.Comment);
        EquatableArray<Expression> count = [.. Match.State(ConntrackStates.Invalid), ruleset.Count(CounterNames.Invalid)];
        yield return mode == EnforcementMode.Audit ? new(count, "audit") : new([.. count, new Decide(ChainVerdict.Drop)]);
    }

    /// <summary>Leads ICMPv6 through the messages that are always accepted.</summary>
    public static ChainRule IcmpV6Always { get; } = new([.. Match.Protocol(IpProtocol.IcmpV6), new Decide(ChainVerdict.Jump(IcmpV6Chain))]);

    private static ChainRule Accept(EquatableArray<Expression> steps, string? comment) => new([.. steps, new Decide(ChainVerdict.Accept)], comment);

    private static string Name(Direction direction) => direction == Direction.Inbound ? "input" : "output";

    private static Hook HookOf(Direction direction) => direction == Direction.Inbound ? Hook.Input : Hook.Output;
}
