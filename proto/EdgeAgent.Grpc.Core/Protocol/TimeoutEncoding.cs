using System.Globalization;

namespace Grpc.Core.Internal;

/// <summary><c>grpc-timeout</c>: one to eight digits and a unit (H, M, S, m, u, n).</summary>
internal static class TimeoutEncoding
{
    private const long MaxValue = 99_999_999;
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    private static readonly (char Unit, long Ticks)[] Units =
    [
        ('u', TicksPerMicrosecond),
        ('m', TimeSpan.TicksPerMillisecond),
        ('S', TimeSpan.TicksPerSecond),
        ('M', TimeSpan.TicksPerMinute),
        ('H', TimeSpan.TicksPerHour),
    ];

    /// <summary>The finest unit that has room for the value, rounded up so that the server never gives up first; <c>1n</c> for a time that is over.</summary>
    public static string Encode(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
            return "1n";

        foreach (var (unit, ticks) in Units)
        {
            var value = (timeout.Ticks / ticks) + (timeout.Ticks % ticks == 0 ? 0 : 1);
            if (value <= MaxValue)
                return value.ToString(CultureInfo.InvariantCulture) + unit;
        }

        return MaxValue.ToString(CultureInfo.InvariantCulture) + "H";
    }

    /// <summary>False for anything but one to eight digits and a known unit.</summary>
    public static bool TryDecode(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > 9
            || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        var unit = text[^1];
        if (unit == 'n')
        {
            timeout = TimeSpan.FromTicks((value + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick);
            return true;
        }

        foreach (var (name, ticks) in Units)
        {
            if (name != unit)
                continue;
            timeout = TimeSpan.FromTicks(value * ticks);
            return true;
        }

        return false;
    }
}
