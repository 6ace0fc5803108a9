using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Revisions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>Follows all clusters of the configuration.</summary>
internal sealed class ClusterFollowers : BackgroundService
{
    private readonly List<ClusterFollower> _followers;
    private readonly IReadOnlyList<ClusterStanding> _standings;

    public ClusterFollowers(ServerConfiguration configuration, IClusterClaims claims, RevisionWriter writer, Publisher publisher, TimeProvider time, ILogger<ClusterFollower> logger)
    {
        var owners = configuration.Clusters.Select(cluster => ClusterFollower.OwnerName(cluster.Name)).ToList();
        _standings = [.. configuration.Clusters.Select(cluster => new ClusterStanding(cluster, time))];
        _followers = [.. _standings.Select((standing, i) => new ClusterFollower(standing, owners.Where((_, other) => other != i).ToHashSet(), claims, writer, publisher, logger))];
    }

    /// <summary>Where following each cluster stands.</summary>
    public IReadOnlyList<ClusterReport> Reports() => [.. _standings.Select(standing => standing.Report())];

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_followers.Select(follower => follower.RunAsync(stoppingToken)));
}
