using System.Globalization;
using System.Text;
using EdgeAgent.Dataplane;

namespace EdgeAgent.Kernel.Tests;

/// <summary>Every field of a ruleset as text, to compare what was asked for with what was read back.</summary>
internal static class RulesetFields
{
    internal static string Of(Ruleset ruleset)
    {
        var text = new StringBuilder();
        foreach (var counter in ruleset.Counters)
            text.Append(CultureInfo.InvariantCulture, $"counter {counter}\n");
        foreach (var set in ruleset.Sets.Values)
        {
            text.Append(CultureInfo.InvariantCulture, $"{set.Schema}\n");
            for (var i = 0; i < set.Elements.Count; i++)
                text.Append(CultureInfo.InvariantCulture, $"  {Convert.ToHexStringLower(set.Elements.Key(i))}-{Convert.ToHexStringLower(set.Elements.LastKey(i))} {set.Elements.Value(i)}\n");
        }

        foreach (var chain in ruleset.Chains.Values)
        {
            text.Append(CultureInfo.InvariantCulture, $"chain {chain.Name} {chain.Hook}\n");
            foreach (var rule in chain.Rules)
                text.Append(CultureInfo.InvariantCulture, $"  {string.Join(" | ", rule.Expressions)} '{rule.Comment}'\n");
        }

        return text.ToString();
    }
}
