using System.CommandLine;
using System.Globalization;

namespace EdgeAgent.Cli.Inputs;

/// <summary>Options that say a time or how long ago.</summary>
internal static class TimeArgument
{
    /// <summary>An option for an instant.</summary>
    public static Option<DateTimeOffset?> Instant(string name, string description) => new(name)
    {
        HelpName = "TIME",
        Description = description,
        CustomParser = result =>
        {
            if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant))
                return instant;
            result.AddError($"'{result.Tokens[0].Value}' is no time; expected one such as 2026-01-31 or 2026-01-31T12:00:00Z (UTC where no zone is given)");
            return null;
        },
    };

    /// <summary>An option for a span.</summary>
    public static Option<TimeSpan?> Span(string name, string description) => new(name)
    {
        HelpName = "SPAN",
        Description = description,
        CustomParser = result =>
        {
            if (TryReadSpan(result.Tokens[0].Value, out var span))
                return span;
            result.AddError($"'{result.Tokens[0].Value}' is no span of time; expected a number and s, m, h, d or w, such as 30d");
            return null;
        },
    };

    private static bool TryReadSpan(string text, out TimeSpan span)
    {
        span = default;
        var seconds = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, 'w' => 604_800, _ => 0 };
        if (seconds == 0 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            return false;
        span = TimeSpan.FromSeconds((double)number * seconds);
        return true;
    }
}
