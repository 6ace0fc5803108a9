using System.Globalization;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>A wave as it is asked for: a number of hosts, a percentage of them, or a selector.</summary>
/// <param name="What">In words.</param>
/// <param name="Count">A number of hosts.</param>
/// <param name="Percent">A percentage of the touched hosts.</param>
/// <param name="Selector">Which hosts.</param>
internal sealed record WaveOrder(string What, int? Count, double? Percent, Selector? Selector)
{
    /// <summary>What <see cref="TryRead"/> reads, in words.</summary>
    public const string Expected = "waves such as 1,10%,100%: numbers of hosts, percentages and selector:EXPRESSION, separated by commas, the last of them 100%";

    private const string SelectorPrefix = "selector:";
    private const int MostWaves = 50;

    /// <summary>Reads a list of waves, or says what is wrong with it.</summary>
    public static IReadOnlyList<WaveOrder>? TryRead(string text, out string problem)
    {
        var waves = new List<WaveOrder>();
        foreach (var item in Split(text))
        {
            if (TryReadOne(item.Trim(), out problem) is not { } wave)
                return null;
            if (waves.LastOrDefault(before => before.Selector is null) is { } last && Shrinks(last, wave))
            {
                problem = $"wave '{wave.What}' is no larger than '{last.What}' before it; expected each wave to include the ones before";
                return null;
            }

            waves.Add(wave);
        }

        problem = waves is not [.., { Percent: 100 }] ? $"the last wave must be 100%, so that the change reaches every host; expected {Expected}"
            : waves.Count > MostWaves ? $"{waves.Count} waves; expected at most {MostWaves}" : "";
        return problem.Length == 0 ? waves : null;
    }

    /// <summary>How many of some hosts the wave includes, in order; null for a selector.</summary>
    public int? Share(int hosts) => Count is { } count ? Math.Min(count, hosts) : Percent is { } percent ? (int)Math.Ceiling(hosts * percent / 100) : null;

    private static bool Shrinks(WaveOrder last, WaveOrder wave) =>
        (wave.Count is { } count && last.Count is { } before && count <= before) || (wave.Percent is { } percent && last.Percent is { } share && percent <= share);

    private static WaveOrder? TryReadOne(string item, out string problem)
    {
        problem = "";
        if (item.StartsWith(SelectorPrefix, StringComparison.Ordinal))
        {
            if (!Selector.TryParse(item[SelectorPrefix.Length..], out var selector, out var error))
                problem = $"wave '{item}': {error}";
            return selector is null ? null : new($"{SelectorPrefix}{selector}", null, null, selector);
        }

        if (item.EndsWith('%') && double.TryParse(item.AsSpan(0, item.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100)
            return new(item, null, percent, null);
        if (int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
            return new(item, count, null, null);
        problem = $"'{item}' is no wave; expected {Expected}";
        return null;
    }

    // Selectors have commas of their own, within quotes and brackets.
    private static IEnumerable<string> Split(string text)
    {
        var (start, depth, quote) = (0, 0, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (quote != '\0')
                quote = character == quote ? '\0' : quote;
            else if (character is '\'' or '"')
                quote = character;
            else if (character is '{' or '(')
                depth++;
            else if (character is '}' or ')')
                depth--;
            else if (character == ',' && depth <= 0)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }
}
