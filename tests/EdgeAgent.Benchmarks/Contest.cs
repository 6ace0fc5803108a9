namespace EdgeAgent.Benchmarks;

/// <summary>
/// Several ways of doing one thing, measured in turns, so that what else the machine does meets all of them alike. The first turn warms up.
/// </summary>
internal sealed class Contest
{
    private readonly List<(string Name, Func<double> Run, List<double> Times)> _ways = [];

    /// <summary>Adds a way; it does the thing once and says how many milliseconds that took.</summary>
    public void Add(string name, Func<double> run) => _ways.Add((name, run, []));

    /// <summary>Runs all ways in turns and gives the median of each, in milliseconds.</summary>
    public IReadOnlyDictionary<string, double> Run(int turns)
    {
        for (var turn = 0; turn <= turns; turn++)
        {
            foreach (var (_, run, times) in _ways)
            {
                GC.Collect();
                var time = run();
                if (turn > 0)
                    times.Add(time);
            }
        }

        return _ways.ToDictionary(way => way.Name, way => Median.Of(way.Times), StringComparer.Ordinal);
    }
}
