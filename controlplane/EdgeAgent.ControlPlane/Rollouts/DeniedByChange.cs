using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>
/// Counts what a change newly denies, among what hosts report as denied: the state before allows it, the state after does not. What was
/// denied all along, as strangers' scans are, does not count.
/// </summary>
internal sealed class DeniedByChange
{
    private readonly Dictionary<HostName, (HostStatus Report, FleetState State, int Count)> _known = [];

    /// <summary>How many kinds of flows of a report the rollout's change denies and the state before it allows.</summary>
    /// <param name="state">The state after.</param>
    /// <param name="host">Who reports.</param>
    /// <param name="report">The report.</param>
    /// <param name="within">How long before the report the change began: what the host saw last before that does not count.</param>
    public int Count(FleetState state, HostName host, HostStatus report, TimeSpan within)
    {
        if (_known.TryGetValue(host, out var known) && ReferenceEquals(known.Report, report) && ReferenceEquals(known.State, state))
            return known.Count;
        // Ages are by the host's own clock, so that it need not agree with this one.
        var count = report.Denied.Where(flow => report.At - flow.LastSeen <= within)
            .DistinctBy(flow => (flow.Direction, flow.Source, flow.Destination, flow.Protocol, flow.Port))
            .Count(flow => ReportedFlows.Decide(state.Rollout!.Base, flow)?.Allowed == true && ReportedFlows.Decide(state, flow)?.Allowed == false);
        _known[host] = (report, state, count);
        return count;
    }
}
