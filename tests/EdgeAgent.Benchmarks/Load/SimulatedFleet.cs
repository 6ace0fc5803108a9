using System.Diagnostics;
using EdgeAgent.Daemon;

namespace EdgeAgent.Benchmarks;

/// <summary>All simulated agents, and the reports that they send when nothing changes.</summary>
internal sealed class SimulatedFleet : IAsyncDisposable
{
    // As often as agents are told to.
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stopping = new();
    private readonly SimulatedAgent[] _agents;
    private readonly List<Task> _running = [];
    private long _reports;
    private double _rate;

    public SimulatedFleet(HostCredentials[] credentials, Uri controlPlane, bool resumption)
    {
        Record = new(credentials.Length);
        var policies = new SharedPolicies();
        _agents = [.. credentials.Select((own, number) => new SimulatedAgent(number, own, controlPlane, policies, Record, resumption))];
        Rate = 0;
    }

    /// <summary>What befell it.</summary>
    public FleetRecord Record { get; }

    /// <summary>How many agents there are.</summary>
    public int Count => _agents.Length;

    /// <summary>Reports that were sent besides acknowledgements.</summary>
    public long Reports => Interlocked.Read(ref _reports);

    /// <summary>How many reports all agents together send in a second; never less than each one every half minute.</summary>
    public double Rate
    {
        get => Volatile.Read(ref _rate);
        set => Volatile.Write(ref _rate, Math.Max(value, _agents.Length / ReportInterval.TotalSeconds));
    }

    /// <summary>Lets all agents connect, as many at once as they like.</summary>
    public void Start()
    {
        _running.AddRange(_agents.Select(agent => Task.Run(() => agent.RunAsync(_stopping.Token))));
        _running.Add(ReportAsync());
    }

    /// <summary>Cuts all connections.</summary>
    public void Cut() => Array.ForEach(_agents, agent => agent.Cut());

    /// <summary>Waits until all agents are connected and in sync; how long that took.</summary>
    public async Task<TimeSpan> JoinedAsync(TimeSpan patience)
    {
        var began = Stopwatch.GetTimestamp();
        while (Record.Connected < _agents.Length)
        {
            if (Stopwatch.GetElapsedTime(began) > patience)
                throw new TimeoutException($"{Record.Connected} of {_agents.Length} agents are connected after {patience.TotalSeconds:0} s; failures: {string.Join("; ", Record.Failures.Take(5).Select(failure => $"{failure.Value} x {failure.Key}"))}");
            await Task.Delay(10);
        }

        return Stopwatch.GetElapsedTime(began);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running);
        _stopping.Dispose();
    }

    private async Task ReportAsync()
    {
        var (due, next, last) = (0.0, 0, Stopwatch.GetTimestamp());
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(Tick, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var now = Stopwatch.GetTimestamp();
            due += Rate * Stopwatch.GetElapsedTime(last, now).TotalSeconds;
            last = now;
            for (; due >= 1; due--, next = (next + 1) % _agents.Length)
            {
                if (await _agents[next].ReportAsync())
                    Interlocked.Increment(ref _reports);
            }
        }
    }
}
