using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.ControlPlane.Trust;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Hosting;

/// <summary>Lets the hosts follow each step of the embedded authorities, and this control plane those that others make.</summary>
internal sealed partial class AuthorityFollower(Authorities authorities, HostConnections connections, bool isShared, TimeProvider time, ILogger<AuthorityFollower> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private string? _problem;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before any host can connect.
        authorities.Changed += Tell;
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (isShared && await timer.WaitForNextTickAsync(stoppingToken))
            await Task.Run(Follow, CancellationToken.None);
    }

    private void Tell(AuthoritySet set)
    {
        LogChanged(set.Version, set.Issuing.Pin, set.Members.Count);
        var inUse = set.Members.Select(member => member.Authority.Pin).ToHashSet();
        connections.RenewAll(inUse.Contains, new(StatusCode.Unauthenticated, "the authority of this host's certificate was retired; expected it to enrol with a new token"));
    }

    private void Follow()
    {
        try
        {
            authorities.Follow();
            _problem = null;
        }
        catch (Exception e) when (e is StoreException or ConfigurationException)
        {
            if (e.Message != _problem)
                LogFailed(e.Message);
            _problem = e.Message;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The authorities changed to version {Version}: {Issuing} issues, {Count} are in use")]
    private partial void LogChanged(long version, Digest issuing, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "What other control planes do with the authorities cannot be followed: {Problem}")]
    private partial void LogFailed(string problem);
}
