using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>
/// Measures where the hosts stand that the rollout under way has released. Remembers what it worked out of reports that stay the same, and
/// since when each host is waited for.
/// </summary>
internal sealed class ReleasedHosts(StatusBoard board, TimeProvider time)
{
    private const int MostProblems = 10;

    private readonly Lock _measuring = new();
    private DeniedByChange _denied = new();
    private readonly Dictionary<HostName, (HostState Standing, long Since, long First)> _waiting = [];
    private Revision _rollout;

    /// <summary>Measures at a state with a rollout. While that is paused nobody is waited for.</summary>
    public RolloutMeasures Measure(FleetState state)
    {
        lock (_measuring)
        {
            var row = state.Rollout!.Row;
            if (row.Id != _rollout)
                Forget();
            if (row.State != RolloutState.Running)
                _waiting.Clear();
            _rollout = row.Id;
            var measures = new RolloutMeasures();
            var problems = new List<(HostName, string)>();
            var (now, denied) = (time.GetUtcNow(), 0);
            foreach (var host in TouchedHosts.ReleasedAt(state))
            {
                var entry = board.Find(host);
                var standing = StandingOf(entry, row.Id);
                var isWaitedFor = IsWaitedFor(host, entry, standing, row.Patience, now);
                measures = Count(measures, standing, isWaitedFor);
                var flows = entry?.Report is { } report ? _denied.Count(state, host, report, now - row.At - (now - entry.Received ?? TimeSpan.Zero)) : 0;
                denied += flows;
                if (problems.Count < MostProblems && Problem(entry, standing, isWaitedFor, flows) is { } problem)
                    problems.Add((host, problem));
            }

            return measures with { Denied = denied, Problems = problems };
        }
    }

    /// <summary>Forgets what it remembers of a rollout that has ended.</summary>
    public void Forget()
    {
        lock (_measuring)
        {
            _waiting.Clear();
            _denied = new();
        }
    }

    // A host that is away is waited for as long as it may be starting anew, which after a restart of ours is not known; one that never was
    // here is not. One that comes back has as long again to come to the change, but only once.
    private bool IsWaitedFor(HostName host, HostEntry? entry, HostState standing, TimeSpan patience, DateTimeOffset now)
    {
        if (standing is not (HostState.Applying or HostState.Disconnected) || entry is null)
        {
            _waiting.Remove(host);
            return false;
        }

        if (!_waiting.TryGetValue(host, out var waiting))
            _waiting[host] = waiting = (standing, time.GetTimestamp(), time.GetTimestamp());
        else if (waiting.Standing != standing)
            _waiting[host] = waiting = (standing, time.GetTimestamp(), waiting.First);
        return time.GetElapsedTime(waiting.Since) < patience && time.GetElapsedTime(waiting.First) < patience * 2 && (standing == HostState.Applying || entry.Last is not { } last || now - last.At < patience);
    }

    private static RolloutMeasures Count(RolloutMeasures measures, HostState standing, bool isWaitedFor)
    {
        measures = measures with { Hosts = measures.Hosts + 1, WaitedFor = measures.WaitedFor + (isWaitedFor ? 1 : 0) };
        return standing switch
        {
            HostState.Disconnected => measures with { Disconnected = measures.Disconnected + 1 },
            HostState.Stale => measures with { Stale = measures.Stale + 1 },
            HostState.Failed => measures with { Failed = measures.Failed + 1 },
            HostState.RolledBack => measures with { RolledBack = measures.RolledBack + 1 },
            HostState.Realized => measures with { Realized = measures.Realized + 1 },
            _ when isWaitedFor => measures with { Pending = measures.Pending + 1 },
            _ => measures with { Late = measures.Late + 1 },
        };
    }

    private static string? Problem(HostEntry? entry, HostState standing, bool isWaitedFor, int denied) => standing switch
    {
        HostState.Realized when denied > 0 => $"denies {denied} kinds of flows that were allowed before",
        HostState.Realized => null,
        HostState.Applying => isWaitedFor ? "pending" : $"late: connected, and does not come to the change{(entry?.Reason is { Length: > 0 } reason ? $": {reason}" : "")}",
        _ => $"{standing}{(standing == HostState.Disconnected && !isWaitedFor ? ", not waited for" : "")}{(entry?.Reason is { Length: > 0 } reason ? $": {reason}" : "")}",
    };

    // What a host says of an older revision than the change says nothing of the change.
    private static HostState StandingOf(HostEntry? entry, Revision id) => entry switch
    {
        null or { IsConnected: false } => HostState.Disconnected,
        { State: HostState.Stale } => HostState.Stale,
        { State: HostState.Failed or HostState.RolledBack, Report.Target: var target } when target >= id => entry.State,
        { State: HostState.Realized } when entry.Realized >= id => HostState.Realized,
        _ => HostState.Applying,
    };
}
