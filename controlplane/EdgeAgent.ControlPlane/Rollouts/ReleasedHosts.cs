using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>Measures where the hosts stand that the rollout under way has released. Remembers what it worked out of reports that stay the same.</summary>
internal sealed class ReleasedHosts(StatusBoard board, TimeProvider time)
{
    private const int MostProblems = 10;

    private readonly DeniedByChange _denied = new();

    /// <summary>Measures at a state with a rollout.</summary>
    public RolloutMeasures Measure(FleetState state)
    {
        var row = state.Rollout!.Row;
        var measures = new RolloutMeasures();
        var problems = new List<(HostName, string)>();
        var (age, denied) = (time.GetUtcNow() - row.At, 0);
        foreach (var host in TouchedHosts.ReleasedAt(state))
        {
            var entry = board.Find(host);
            measures = Count(measures, entry, row.Id);
            var flows = entry?.Report is { } report ? _denied.Count(state, host, report, entry.Received is { } received ? age - (time.GetUtcNow() - received) : age) : 0;
            denied += flows;
            if (problems.Count < MostProblems && Problem(entry, row.Id, flows) is { } problem)
                problems.Add((host, problem));
        }

        return measures with { Denied = denied, Problems = problems };
    }

    private static RolloutMeasures Count(RolloutMeasures measures, HostEntry? entry, Revision id)
    {
        measures = measures with { Hosts = measures.Hosts + 1 };
        return StandingOf(entry, id) switch
        {
            HostState.Disconnected => measures with { Disconnected = measures.Disconnected + 1 },
            HostState.Stale => measures with { Stale = measures.Stale + 1 },
            HostState.Failed => measures with { Failed = measures.Failed + 1 },
            HostState.RolledBack => measures with { RolledBack = measures.RolledBack + 1 },
            HostState.Realized => measures with { Realized = measures.Realized + 1 },
            _ => measures with { Pending = measures.Pending + 1 },
        };
    }

    private static string? Problem(HostEntry? entry, Revision id, int denied) => StandingOf(entry, id) switch
    {
        HostState.Realized when denied > 0 => $"denies {denied} kinds of flows that were allowed before",
        HostState.Realized => null,
        HostState.Applying => "pending",
        var standing => $"{standing}{(entry?.Reason is { Length: > 0 } reason ? $": {reason}" : "")}",
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
