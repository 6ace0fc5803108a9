using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>What being in a set does to a packet.</summary>
internal enum SetEffect
{
    /// <summary>It is counted or logged, and decided on elsewhere.</summary>
    None,

    /// <summary>It gets at least as far as one that is in none.</summary>
    Opens,

    /// <summary>It is dropped.</summary>
    Closes,

    /// <summary>It depends.</summary>
    Mixed,
}

/// <summary>Finds out from the rules what sets do.</summary>
internal static class SetEffects
{
    /// <summary>The effect of each set that a rule of the table looks at.</summary>
    public static Dictionary<string, SetEffect> Of(FilterTable table)
    {
        var drops = new Dictionary<string, bool>(StringComparer.Ordinal);
        var effects = new Dictionary<string, SetEffect>(StringComparer.Ordinal);
        foreach (var rule in table.Chains.Values.SelectMany(chain => chain.Rules))
        {
            foreach (var match in rule.Matches.Items.OfType<SetMatch>())
            {
                var effect = Of(table, rule, match, drops);
                effects[match.Set] = effects.TryGetValue(match.Set, out var known) && known != SetEffect.None && effect != SetEffect.None && known != effect
                    ? SetEffect.Mixed
                    : known == SetEffect.None ? effect : known;
            }
        }

        return effects;
    }

    private static SetEffect Of(FilterTable table, FilterRule rule, SetMatch match, Dictionary<string, bool> drops) => rule.Target switch
    {
        LogTarget or VerdictTarget { Verdict: FilterVerdict.Next } => SetEffect.None,
        _ when match.Inverted => SetEffect.Mixed,
        VerdictTarget { Verdict: FilterVerdict.Drop } => SetEffect.Closes,
        GotoTarget go when Drops(table, go.Chain, drops) => SetEffect.Closes,
        _ => SetEffect.Opens,
    };

    /// <summary>Whether every packet that comes to the chain is dropped.</summary>
    private static bool Drops(FilterTable table, string chain, Dictionary<string, bool> known)
    {
        if (known.TryGetValue(chain, out var drops))
            return drops;
        // A circle does not drop.
        known.Add(chain, false);
        var deciding = table.Chains.TryGetValue(chain, out var found) ? found.Rules.Where(IsDeciding).ToList() : [];
        drops = deciding.Any(rule => rule.Header == FilterHeader.Any && rule.Matches.IsEmpty)
            && deciding.All(rule => rule.Target is VerdictTarget { Verdict: FilterVerdict.Drop } || (rule.Target is GotoTarget go && Drops(table, go.Chain, known)));
        return known[chain] = drops;
    }

    private static bool IsDeciding(FilterRule rule) => rule.Target is not (LogTarget or VerdictTarget { Verdict: FilterVerdict.Next });
}
