namespace EdgeAgent.Dataplane;

/// <summary>Refuses tables that the kernel would not load: it follows every way through the chains, at most 16 deep, each time a rule is added.</summary>
internal static class ChainGraph
{
    /// <summary>NFT_JUMP_STACK_SIZE: gotos count like jumps.</summary>
    private const int MaxDepth = 16;

    private const long MaxWays = 1_000_000;

    public static void Verify(Ruleset ruleset)
    {
        var known = new Dictionary<string, (int Depth, long Ways)>(StringComparer.Ordinal);
        foreach (var chain in ruleset.Chains.Values.Where(chain => chain.Hook is not null))
        {
            var (depth, ways) = Measure(ruleset, chain.Name, known);
            if (depth > MaxDepth)
                throw new UncompilablePolicyException($"chain {chain.Name} leads {depth} chains deep, and the kernel follows at most {MaxDepth}; fewer stages or side conditions are needed");
            if (ways > MaxWays)
                throw new UncompilablePolicyException($"{ways} ways lead through chain {chain.Name}, and the kernel would walk all of them at each change; at most {MaxWays} are accepted");
        }
    }

    private static (int Depth, long Ways) Measure(Ruleset ruleset, string name, Dictionary<string, (int Depth, long Ways)> known)
    {
        if (known.TryGetValue(name, out var measured))
            return measured;
        var (depth, ways) = (0, 1L);
        foreach (var target in Targets(ruleset, ruleset.Chains[name]))
        {
            var below = Measure(ruleset, target, known);
            depth = Math.Max(depth, below.Depth);
            ways = Math.Min(ways + below.Ways, MaxWays + 1);
        }

        known.Add(name, (depth + 1, ways));
        return (depth + 1, ways);
    }

    private static IEnumerable<string> Targets(Ruleset ruleset, Chain chain)
    {
        foreach (var expression in chain.Rules.SelectMany(rule => rule.Expressions))
        {
            if (expression is Decide { Verdict.Chain: { } target })
                yield return target;
            if (expression is not LookupVerdict { Map: var map })
                continue;
            var elements = ruleset.Sets[map].Elements;
            for (var i = 0; i < elements.Count; i++)
            {
                if (elements.Value(i) is VerdictValue { Verdict.Chain: { } mapped })
                    yield return mapped;
            }
        }
    }
}
