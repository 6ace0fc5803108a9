using EdgeAgent.ControlPlane.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>Lets this control plane follow what others write to the database that they share.</summary>
internal sealed partial class RevisionFollower(PostgresServer server, RevisionWriter writer, ILogger<RevisionFollower> logger) : BackgroundService
{
    private string? _problem;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => server.ListenAsync(FollowAsync, Broken, stoppingToken);

    private async Task FollowAsync()
    {
        try
        {
            await writer.FollowAsync();
            if (_problem is not null)
                LogBack(server.Place);
            _problem = null;
        }
        catch (StoreException e)
        {
            Broken(e.Message);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private void Broken(string problem)
    {
        if (problem != _problem)
            LogBroken(problem);
        _problem = problem;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What other control planes write cannot be followed; hosts are served what was known last: {Problem}")]
    private partial void LogBroken(string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Place} is there again")]
    private partial void LogBack(string place);
}
