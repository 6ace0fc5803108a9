using EdgeAgent.ControlPlane.Clusters;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Revisions;

namespace EdgeAgent.ControlPlane.Web;

/// <summary>What Prometheus scrapes.</summary>
internal sealed class MetricsPage(Publisher publisher, StatusBoard board, HostConnections connections, Telemetry telemetry, AuditIntegrity audit, ClusterFollowers clusters)
{
    /// <summary>The page.</summary>
    public string Render()
    {
        var states = board.All().CountBy(entry => entry.State).Select(state => (state.Key.ToString(), (long)state.Value)).Order();
        var state = publisher.Current;
        var followed = clusters.Reports().Where(report => report.IsOurs).ToList();
        return new PrometheusText()
            .Gauge("edgecontrol_revision", "The newest revision.", state.Revision.Number)
            .Gauge("edgecontrol_resources", "Resources in force.", state.All.Count())
            .Gauge("edgecontrol_hosts", "Hosts that policy is enforced at.", state.Hosts.Count)
            .Gauge("edgecontrol_connected_hosts", "Hosts with an open connection.", connections.Count)
            .Gauges("edgecontrol_hosts_by_state", "Hosts by where they stand.", "state", states)
            .Counters("edgecontrol_changes_total", "Changes asked for, by what became of them.", "result", telemetry.Changes)
            .Add("edgecontrol_change_duration_seconds", "Time of a change from its turn to its publication.", telemetry.ChangeDuration)
            .Counters("edgecontrol_sends_total", "Messages to hosts.", "kind", telemetry.Sends)
            .Counter("edgecontrol_status_reports_total", "Status reports received.", telemetry.Statuses)
            .Counter("edgecontrol_resyncs_total", "Times that a host asked for a snapshot.", telemetry.Resyncs)
            .Counter("edgecontrol_lost_transitions_total", "Status transitions that never reached the store.", telemetry.TransitionsLost)
            .Counter("edgecontrol_lost_observations_total", "Observations at hosts that never reached the store.", telemetry.ObservationsLost)
            .Gauges("edgecontrol_cluster_synced", "Whether all kinds of a cluster that is followed here are known: 1 or 0.", "cluster", followed.Select(report => (report.Cluster.Name, report.IsSynced ? 1L : 0)))
            .Gauges("edgecontrol_cluster_objects", "Objects of a cluster that is followed here.", "cluster", followed.Select(report => (report.Cluster.Name, report.Kinds.Sum(kind => (long)kind.Objects))))
            .Gauges("edgecontrol_cluster_refused_objects", "Objects of a cluster that are refused.", "cluster", followed.Select(report => (report.Cluster.Name, (long)report.Refused.Count)))
            .Gauge("edgecontrol_audit_chain_intact", "Whether the hash chains were intact when they were last verified: 1 or 0.", audit.IsIntact ? 1 : 0)
            .ToString();
    }
}
