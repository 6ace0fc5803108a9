using System.Globalization;

namespace EdgeAgent.Cli.Inputs;

/// <summary>Reads a span of time: <c>90s</c>, <c>15m</c>, <c>12h</c> or <c>30d</c>.</summary>
internal static class SpanArgument
{
    /// <summary>What <see cref="Parse"/> reads, in words.</summary>
    public const string Expected = "a whole number and s, m, h or d, such as 30m or 7d";

    public static TimeSpan Parse(string text)
    {
        TimeSpan? unit = text.Length < 2 ? null : text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => null,
        };
        return unit is { } known && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? known * number
            : throw CommandFailure.BadInput($"edgectl: '{text}' is no span of time; expected {Expected}");
    }
}
