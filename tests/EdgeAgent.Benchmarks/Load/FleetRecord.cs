using System.Collections.Concurrent;
using System.Diagnostics;

namespace EdgeAgent.Benchmarks;

/// <summary>What befell a fleet of simulated agents: who is connected, who acknowledged what and when, what went wrong.</summary>
internal sealed class FleetRecord(int agents)
{
    private readonly ConcurrentDictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly long[] _acknowledged = new long[agents];
    private readonly long[] _revisions = new long[agents];
    private readonly bool[] _touched = new bool[agents];
    private int _connected;
    private int _missing;
    private int _others;
    private long _awaited = long.MaxValue;

    /// <summary>How many agents are connected and hold the newest policy.</summary>
    public int Connected => Volatile.Read(ref _connected);

    /// <summary>Failures since the last <see cref="Forgive"/>, by what was said, most frequent first.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Failures => [.. _failures.OrderByDescending(failure => failure.Value)];

    /// <summary>Forgets all failures.</summary>
    public void Forgive() => _failures.Clear();

    /// <summary>An agent is in sync on a new connection.</summary>
    public void Joined() => Interlocked.Increment(ref _connected);

    /// <summary>An agent that was in sync lost its connection.</summary>
    public void Left() => Interlocked.Decrement(ref _connected);

    /// <summary>An attempt failed, or a connection ended.</summary>
    public void Failed(string what) => _failures.AddOrUpdate(what, 1, (_, count) => count + 1);

    /// <summary>An agent sent its acknowledgement of a revision.</summary>
    public void Acknowledged(int agent, long revision)
    {
        if (revision < Volatile.Read(ref _awaited) || Volatile.Read(ref _revisions[agent]) >= Volatile.Read(ref _awaited))
            return;
        Volatile.Write(ref _acknowledged[agent], Stopwatch.GetTimestamp());
        Volatile.Write(ref _revisions[agent], revision);
        if (_touched[agent])
            Interlocked.Decrement(ref _missing);
        else
            Interlocked.Decrement(ref _others);
    }

    /// <summary>How many agents that the awaited revision is about have not acknowledged it.</summary>
    public int Missing => Volatile.Read(ref _missing);

    /// <summary>How many of the other agents have not.</summary>
    public int MissingOthers => Volatile.Read(ref _others);

    /// <summary>Begins to wait for a revision that nobody has yet.</summary>
    /// <param name="revision">The revision.</param>
    /// <param name="touches">Which agents it is about.</param>
    public void Await(long revision, Func<int, bool> touches)
    {
        for (var agent = 0; agent < agents; agent++)
            _touched[agent] = touches(agent);
        _missing = _touched.Count(touched => touched);
        _others = agents - _missing;
        Volatile.Write(ref _awaited, revision);
    }

    /// <summary>How long after a moment each agent acknowledged the awaited revision, in milliseconds, shortest first.</summary>
    public List<double> Since(long began, Func<int, bool> counts)
    {
        var times = Enumerable.Range(0, agents).Where(counts).Select(agent => Stopwatch.GetElapsedTime(began, Volatile.Read(ref _acknowledged[agent])).TotalMilliseconds).ToList();
        times.Sort();
        return times;
    }
}
