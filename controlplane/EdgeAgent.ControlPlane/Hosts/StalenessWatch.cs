using EdgeAgent.ControlPlane.Configuration;
using Microsoft.Extensions.Hosting;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>Looks for connected hosts that have been silent for three report intervals.</summary>
internal sealed class StalenessWatch(StatusBoard board, ServerConfiguration configuration, TimeProvider time) : BackgroundService
{
    private const int SilentIntervals = 3;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(configuration.ReportInterval / 4, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            board.MarkStale(SilentIntervals * configuration.ReportInterval);
    }
}
