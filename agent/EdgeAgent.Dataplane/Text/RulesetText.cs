using System.Globalization;
using System.Text;
using EdgeAgent.Contracts;

namespace EdgeAgent.Dataplane;

/// <summary>The canonical text of a table, in the manner of <c>nft list</c>. Equal tables have equal texts, and different tables different ones.</summary>
public static class RulesetText
{
    /// <summary>The whole table with all elements.</summary>
    public static string Of(Ruleset ruleset) => Write(ruleset, Elements);

    /// <summary>The text of a table, with the elements of each set as they are written by the caller.</summary>
    internal static string Write(Ruleset ruleset, Action<StringBuilder, NamedSet> elements)
    {
        var text = new StringBuilder();
        text.Append("table inet ").Append(Ruleset.Table).Append(" {\n");
        foreach (var counter in ruleset.Counters)
            text.Append("\tcounter ").Append(counter).Append('\n');
        foreach (var set in ruleset.Sets.Values)
        {
            Schema(text.Append('\n'), set.Schema);
            elements(text, set);
            text.Append("\t}\n");
        }

        foreach (var chain in ruleset.Chains.Values)
            Chain(text.Append('\n'), chain);
        return text.Append("}\n").ToString();
    }

    private static void Schema(StringBuilder text, SetSchema schema)
    {
        text.Append(schema.Kind == SetKind.Set ? "\tset " : "\tmap ").Append(schema.Name).Append(" {\n\t\ttype ");
        text.AppendJoin(" . ", schema.Key.Select(KeyText.Type));
        text.Append(schema.Kind switch { SetKind.VerdictMap => " : verdict", SetKind.CounterMap => " : counter", _ => "" }).Append('\n');
        if (schema.Size > 0)
            text.Append(CultureInfo.InvariantCulture, $"\t\tsize {schema.Size}\n");
        if (schema.Intervals)
            text.Append("\t\tflags interval\n");
    }

    private static void Elements(StringBuilder text, NamedSet set)
    {
        if (set.Elements.Count == 0)
            return;
        text.Append("\t\telements = {\n");
        for (var i = 0; i < set.Elements.Count; i++)
        {
            text.Append("\t\t\t");
            KeyText.Write(text, set.Schema, set.Elements.Key(i));
            if (set.Schema.Intervals && !set.Elements.Key(i).SequenceEqual(set.Elements.LastKey(i)))
                KeyText.Write(text.Append('-'), set.Schema, set.Elements.LastKey(i));
            if (set.Elements.Value(i) is { } value)
                text.Append(" : ").Append(ValueText(value));
            text.Append(",\n");
        }

        text.Append("\t\t}\n");
    }

    internal static string ValueText(ElementValue value) => value switch
    {
        CounterValue counter => $"\"{counter.Counter}\"",
        VerdictValue verdict => verdict.Verdict.ToString(),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "no element value"),
    };

    private static void Chain(StringBuilder text, Chain chain)
    {
        text.Append("\tchain ").Append(chain.Name).Append(" {\n");
        if (chain.Hook is { } hook)
            text.Append(CultureInfo.InvariantCulture, $"\t\ttype filter hook {hook.Hook.ToString().ToLowerInvariant()} priority {hook.Priority}; policy {(hook.DropsRest ? "drop" : "accept")};\n");
        foreach (var rule in chain.Rules)
            text.Append("\t\t").Append(RuleText.Of(rule)).Append('\n');
        text.Append("\t}\n");
    }
}
