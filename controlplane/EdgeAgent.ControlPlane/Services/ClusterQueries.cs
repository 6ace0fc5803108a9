using EdgeAgent.ControlPlane.Clusters;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.Wire.V1;
using Google.Protobuf.WellKnownTypes;

namespace EdgeAgent.ControlPlane.Services;

/// <summary>Answers where following clusters stands.</summary>
internal sealed class ClusterQueries(ClusterFollowers followers, Publisher publisher)
{
    private const int MostRefused = 1000;

    /// <summary>All clusters of the configuration.</summary>
    public ListClustersResponse List()
    {
        var stored = publisher.Current.Followed.Values.CountBy(ClusterMirror.OwnerOf).ToDictionary(StringComparer.Ordinal);
        var response = new ListClustersResponse();
        response.Clusters.AddRange(followers.Reports().Select(report => ToWire(report, stored.GetValueOrDefault(ClusterFollower.OwnerName(report.Cluster.Name)))));
        return response;
    }

    private static ClusterStatus ToWire(ClusterReport report, int resources)
    {
        var status = new ClusterStatus
        {
            Name = report.Cluster.Name,
            Server = report.Cluster.Forget ? "" : report.Cluster.Server.AbsoluteUri,
            Prefix = report.Cluster.Prefix,
            FollowedHere = report.IsOurs,
            Synced = report.IsSynced,
            Resources = resources,
            Revision = report.Revision.Number,
            Problem = report.Problem,
            RefusedCount = report.Refused.Count,
        };
        status.Kinds.AddRange(report.Kinds.Select(kind => new ClusterKind
        {
            Kind = kind.Kind,
            State = (ClusterKindState)kind.State,
            Objects = kind.Objects,
            Problem = kind.Problem,
            Since = kind.Since.ToTimestamp(),
        }));
        status.Refused.AddRange(report.Refused.Take(MostRefused).Select(item => new RefusedObject { Key = AdminMapping.ToWire(item.Key), Reason = item.Reason }));
        return status;
    }
}
