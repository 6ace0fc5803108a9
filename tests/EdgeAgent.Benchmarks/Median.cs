using System.Diagnostics;

namespace EdgeAgent.Benchmarks;

/// <summary>Medians of repeated runs, in milliseconds; the first run warms up and does not count.</summary>
internal static class Median
{
    /// <summary>The median of a measured part of each run: preparation is not timed.</summary>
    public static double Of(int runs, Func<Func<Action, double>, double> run)
    {
        var times = new List<double>(runs);
        for (var i = 0; i <= runs; i++)
        {
            GC.Collect();
            var time = run(Time);
            if (i > 0)
                times.Add(time);
        }

        return Of(times);
    }

    /// <summary>The middle one.</summary>
    public static double Of(List<double> times)
    {
        times.Sort();
        return times[times.Count / 2];
    }

    /// <summary>How long an action takes, in milliseconds.</summary>
    public static double Time(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
