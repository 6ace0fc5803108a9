using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// The permanent chains. What does not depend on policies comes first: flows that were cut, known connections, loopback, what IPv6 cannot live without,
/// failsafes. Then the destination port leads to its chain, else the protocol, else the rest.
/// </summary>
internal sealed class BaseChains(RulesetBuilder ruleset, CompileOptions options)
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
    public void Write(Direction direction, EnforcementMode mode, bool isolated, string portMap, string protocolMap, ChainVerdict rest)
    {
        var prefix = direction == Direction.Inbound ? "in" : "out";
        var tracked = ruleset.ChainName($"{prefix}-tracked");
        ruleset.AddChain(tracked, Tracked(direction, mode, isolated));
        var states = ConntrackStates.Related | (direction == Direction.Inbound ? ConntrackStates.Invalid : ConntrackStates.None);
        ruleset.AddChain(
            ruleset.ChainName(Name(direction)),
            [
                new([.. Match.ConnectionMark(CutMark.Bit), new Decide(ChainVerdict.Jump(CutChain))]),
                Accept(Match.State(ConntrackStates.Established), null),
                Accept(Match.Loopback(direction), null),
                new([.. Match.Protocol(IpProtocol.IcmpV6), new Decide(ChainVerdict.Jump(IcmpV6Chain))]),
                new([.. Match.State(states), new Decide(ChainVerdict.Jump(tracked))]),
                .. options.Failsafes.Where(failsafe => failsafe.Direction == direction).SelectMany(Failsafe),
                new([new LoadMeta(MetaKey.TransportProtocol, First), new LoadPayload(PayloadBase.Transport, 2, 2, First.After(1)), new LookupVerdict(portMap, First)]),
                new([new LoadMeta(MetaKey.TransportProtocol, First), new LookupVerdict(protocolMap, First)]),
                new([new Decide(rest)]),
            ],
            HookOf(direction));
    }

    /// <summary>
    /// ICMP errors about known connections, and what belongs to none. Only inbound: a host's own packets out of state are
    /// judged by policy like any others. A host whose inbound policy allows everything drops nothing.
    /// </summary>
    private IEnumerable<ChainRule> Tracked(Direction direction, EnforcementMode mode, bool isolated)
    {
        yield return Accept([.. Match.State(ConntrackStates.Related), .. Match.Protocol(IpProtocol.Icmp)], null);
        yield return Accept([.. Match.State(ConntrackStates.Related), .. Match.Protocol(IpProtocol.IcmpV6)], null);
        if (direction != Direction.Inbound || !isolated)
            yield break;
        EquatableArray<Expression> count = [.. Match.State(ConntrackStates.Invalid), ruleset.Count(CounterNames.Invalid)];
        yield return mode == EnforcementMode.Audit ? new(count, "audit") : new([.. count, new Decide(ChainVerdict.Drop)]);
    }

    private IEnumerable<ChainRule> Failsafe(Failsafe failsafe)
    {
        EquatableArray<Expression> ports = failsafe.Protocol.HasPorts
            ? [.. failsafe.SourcePorts is { } from ? Match.SourcePort(from) : [], .. Match.DestinationPort(failsafe.Ports)]
            : [];
        EquatableArray<Expression> traffic = [.. Match.Protocol(failsafe.Protocol), .. ports];
        var count = ruleset.Count(CounterNames.Of(failsafe));
        if (failsafe.Peers.IsEmpty)
            yield return Accept([.. traffic, count], $"failsafe {PolicyNames.Readable(failsafe.Name)}");
        foreach (var peer in failsafe.Peers)
            yield return Accept([.. traffic, .. Match.Address(failsafe.Direction == Direction.Inbound, peer), count], $"failsafe {PolicyNames.Readable(failsafe.Name)}");
    }

    private static ChainRule Accept(EquatableArray<Expression> steps, string? comment) => new([.. steps, new Decide(ChainVerdict.Accept)], comment);

    private static string Name(Direction direction) => direction == Direction.Inbound ? "input" : "output";

    private static Hook HookOf(Direction direction) => direction == Direction.Inbound ? Hook.Input : Hook.Output;
}
