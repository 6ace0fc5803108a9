using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>
/// Says a table in the words of x_tables for one family: the base chains, and every chain that one goes to. A short chain that is jumped
/// to is written into the rule that jumps, so that leaving our chains is one return from any of them; one that leads on to others stays.
/// </summary>
internal sealed class TableLowering(IpFamily family, Ruleset ruleset, SetLowering sets, XTablesNames names)
{
    public FilterTable Lower()
    {
        var chains = FilterTable.Empty.Chains.ToBuilder();
        var hooks = new SortedSet<Hook>();
        var waiting = new Queue<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chain in ruleset.Chains.Values)
        {
            if (chain.Hook is not { } at)
                continue;
            if (!hooks.Add(at.Hook))
                throw Loaded.Wordless($"two base chains at one hook ({chain.Name})");
            Add(FilterTable.ChainOf(at.Hook), chain);
        }

        while (waiting.TryDequeue(out var name))
            Add(names.Chain(name), ruleset.Chains[name]);
        return new() { Hooks = hooks.ToEquatableArray(), Chains = chains.ToImmutable() };

        void Add(string name, Chain chain)
        {
            var lowering = new RuleLowering(family, ruleset, sets, names);
            foreach (var rule in chain.Rules)
                lowering.Lower(rule);
            chains.Add(name, new(name, lowering.Rules.ToEquatableArray()));
            foreach (var target in lowering.Targets.Where(seen.Add))
                waiting.Enqueue(target);
        }
    }
}
