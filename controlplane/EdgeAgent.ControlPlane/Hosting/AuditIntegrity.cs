using EdgeAgent.ControlPlane.Storage;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane;

/// <summary>Whether the hash-chained logs were what they should be when the process started.</summary>
internal sealed partial class AuditIntegrity
{
    /// <summary>Walks both chains; a broken one is said, and does not keep the server from its work.</summary>
    public AuditIntegrity(Store store, ILogger<AuditIntegrity> logger)
    {
        var revision = store.Revisions.FirstBroken();
        var transition = store.Transitions.FirstBroken();
        IsIntact = revision is null && transition is null;
        if (revision is { } brokenRevision)
            LogBroken(logger, "revisions", brokenRevision.Number);
        if (transition is { } brokenTransition)
            LogBroken(logger, "status transitions", brokenTransition);
    }

    /// <summary>Whether no row of either is altered, missing or out of its place.</summary>
    public bool IsIntact { get; }

    [LoggerMessage(Level = LogLevel.Error, Message = "The log of {Log} is broken at number {Number}: it was altered from outside")]
    private static partial void LogBroken(ILogger logger, string log, long number);
}
