using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Microsoft.Extensions.Logging;
using HostStatus = EdgeAgent.Contracts.HostStatus;

namespace EdgeAgent.ControlPlane.Hosts;

/// <summary>Takes in what connected hosts say of themselves: the newest for the board, what is new for the logs.</summary>
internal sealed partial class ReportIntake(StatusBoard board, HostObservations observations, RulesetIntake rulesets, TimeProvider time, ILogger<ReportIntake> logger)
{
    /// <summary>Takes a report of the host of a connection.</summary>
    public void Take(HostConnection connection, HostStatus report)
    {
        board.Reported(report);
        try
        {
            observations.Take(report, time.GetUtcNow());
        }
        catch (StoreException e)
        {
            LogUnread(connection.Host, e.Message);
        }

        if (rulesets.Ask(report.KernelDigest) is { } question)
            connection.Enqueue(question);
    }

    /// <summary>Takes the text of a ruleset.</summary>
    /// <exception cref="WireFormatException">It is not what its digest says.</exception>
    public void Take(RulesetText text) => rulesets.Take(text);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What host {Host} observed could not be compared with the log: {Reason}")]
    private partial void LogUnread(HostName host, string reason);
}
