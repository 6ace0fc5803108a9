using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Rollouts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using EdgeAgent.Policy;
using Google.Protobuf.WellKnownTypes;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Rollouts as administrators see them on the wire.</summary>
internal static class RolloutMapping
{
    /// <summary>Where a rollout stands.</summary>
    public static Wire.V1.RolloutStatus ToWire(RolloutRow row, RolloutMeasures? measures, PeerIdentity caller, DateTimeOffset now)
    {
        var status = new Wire.V1.RolloutStatus
        {
            Rollout = row.Id.Number,
            State = (Wire.V1.RolloutState)row.State,
            At = row.At.ToTimestamp(),
            Author = row.Author,
            Note = row.Note,
            Gate = row.Gate.Text,
            Soak = Duration.FromTimeSpan(row.Soak),
            Patience = Duration.FromTimeSpan(row.Patience),
            ReleasedWaves = row.Released,
            Reason = row.Reason,
            EndedRevision = row.Ended?.Number ?? 0,
        };
        status.Waves.AddRange(row.Waves.Select(wave => new Wire.V1.RolloutWave { What = wave.What, Hosts = wave.Hosts }));
        if (row is { State: RolloutState.Running, Settled: { } settled })
            status.SoakLeft = Duration.FromTimeSpan(TimeSpan.FromSeconds(Math.Ceiling(Math.Max(0, (row.Soak - (now - settled)).TotalSeconds))));
        if (measures is null)
            return status;
        status.Measures = new()
        {
            Hosts = measures.Hosts,
            Realized = measures.Realized,
            Pending = measures.Pending,
            Late = measures.Late,
            WaitedFor = measures.WaitedFor,
            Failed = measures.Failed,
            RolledBack = measures.RolledBack,
            Stale = measures.Stale,
            Disconnected = measures.Disconnected,
            Denied = measures.Denied,
        };
        status.Problems.AddRange(measures.Problems.Where(problem => caller.May(Role.Viewer, problem.Host.Namespace)).Select(problem => $"{problem.Host}: {problem.What}"));
        return status;
    }

    /// <summary>A reported flow, and what two states say of it.</summary>
    public static Wire.V1.ReportedFlow ToWire(ReportedFlow reported, FleetState state) => new()
    {
        Host = reported.Host.ToString(),
        From = NameOf(state, reported.Flow.Source),
        To = NameOf(state, reported.Flow.Destination),
        Protocol = reported.Flow.Protocol.ToString(),
        Port = reported.Flow.Port,
        Count = reported.Flow.Count,
        LastSeen = reported.LastSeen.ToTimestamp(),
        Before = Verdict(reported.Before),
        BeforePolicy = PolicyOf(reported.Before),
        After = Verdict(reported.After),
        AfterPolicy = PolicyOf(reported.After),
    };

    private static string NameOf(FleetState state, Contracts.IpAddress address) =>
        state.Policies.EndpointsAt(address).Where(key => state.Hosts.ContainsKey(new(key.Namespace, key.Name))).Select(key => key.QualifiedName).FirstOrDefault(address.ToString());

    private static Wire.V1.Decision Verdict(Decision decision) => decision.Allowed ? Wire.V1.Decision.Allow : Wire.V1.Decision.Deny;

    // Of two ends the one that denies has decided.
    private static string PolicyOf(Decision decision)
    {
        var end = !decision.Egress.Allowed ? decision.Egress : !decision.Ingress.Allowed || decision.Ingress.Policy is not null ? decision.Ingress : decision.Egress;
        return end.Policy is { } policy ? $"{policy.Kind} {policy.Policy}{(policy.Rule.Length > 0 ? $" {policy.Rule}" : "")}" : "";
    }
}
