using EdgeAgent.Contracts;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Testing;

/// <summary>
/// Runs chains of x_tables on a packet as the kernel does (ipt_do_table): rule by rule, a return leads behind our jump in the built-in
/// chain, where nothing else is.
/// </summary>
public static class XTablesInterpreter
{
    private const int MaxSteps = 1_000_000;

    /// <summary>Runs the table of the packet's family at a hook.</summary>
    public static Outcome Run(XTablesRuleset ruleset, Hook hook, KernelPacket packet)
    {
        var family = packet.Source.Family;
        var table = ruleset.Of(family);
        var (counters, prefixes) = (new List<string>(), new List<string>());
        if (!table.Hooks.Contains(hook))
            return new(true, counters, prefixes);
        var chain = Chain(table, FilterTable.ChainOf(hook));
        var returns = new Stack<(FilterChain Chain, int Next)>();
        for (var (steps, next) = (0, 0); ; steps++)
        {
            if (steps > MaxSteps)
                throw new InvalidRulesetException($"the packet does not come to an end in chain {chain.Name}");
            if (next == chain.Rules.Count)
            {
                if (!returns.TryPop(out var back))
                    return new(true, counters, prefixes);
                (chain, next) = back;
                continue;
            }

            var rule = chain.Rules[next++];
            if (!FilterMatching.Holds(ruleset, rule, packet))
                continue;
            if (rule.Counter is { } counter)
                counters.Add(counter);
            switch (rule.Target)
            {
                case VerdictTarget { Verdict: FilterVerdict.Next }:
                    break;
                case VerdictTarget { Verdict: FilterVerdict.Return }:
                    next = chain.Rules.Count;
                    break;
                case VerdictTarget verdict:
                    return new(verdict.Verdict != FilterVerdict.Drop, counters, prefixes);
                case GotoTarget go:
                    (chain, next) = (Chain(table, go.Chain), 0);
                    break;
                case JumpTarget jump:
                    returns.Push((chain, next));
                    (chain, next) = (Chain(table, jump.Chain), 0);
                    break;
                case LogTarget log:
                    prefixes.Add(log.Prefix);
                    break;
                default:
                    throw new InvalidRulesetException($"unknown target {rule.Target}");
            }
        }
    }

    /// <summary>Runs the first packet of a flow through the hook of its direction.</summary>
    public static Outcome Run(XTablesRuleset ruleset, Packet packet) =>
        Run(ruleset, KernelPacket.HookOf(packet), KernelPacket.Of(packet));

    private static FilterChain Chain(FilterTable table, string name) =>
        table.Chains.TryGetValue(name, out var chain) ? chain : throw new InvalidRulesetException($"there is no chain {name}");
}
