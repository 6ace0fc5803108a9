namespace EdgeAgent.ControlPlane;

/// <summary>Counts of observations at most as large as each of some bounds.</summary>
internal sealed class Histogram(params double[] bounds)
{
    private readonly Lock _lock = new();
    private readonly long[] _atMost = new long[bounds.Length];
    private long _count;
    private double _sum;

    /// <summary>Adds an observation.</summary>
    public void Observe(double value)
    {
        lock (_lock)
        {
            _count++;
            _sum += value;
            for (var i = 0; i < bounds.Length; i++)
            {
                if (value <= bounds[i])
                    _atMost[i]++;
            }
        }
    }

    /// <summary>The count for each bound, that of all, and their sum.</summary>
    public (IReadOnlyList<(double Bound, long Count)> AtMost, long Count, double Sum) Read()
    {
        lock (_lock)
            return ([.. bounds.Zip(_atMost)], _count, _sum);
    }
}
