using EdgeAgent.ControlPlane.Storage;
using Microsoft.Extensions.Logging;

namespace EdgeAgent.ControlPlane;

/// <summary>Whether the hash-chained logs were what they should be when they were last looked at.</summary>
internal sealed partial class AuditIntegrity
{
    private readonly Store _store;
    private readonly ILogger _logger;
    private volatile bool _isIntact;

    /// <summary>Walks all chains; a broken one is said, and does not keep the server from its work.</summary>
    public AuditIntegrity(Store store, ILogger<AuditIntegrity> logger)
    {
        (_store, _logger) = (store, logger);
        Verify();
    }

    /// <summary>Whether no row was altered, missing or out of its place.</summary>
    public bool IsIntact => _isIntact;

    /// <summary>Walks all chains again; the first thing that is wrong with each.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public IReadOnlyList<ChainFinding> Verify()
    {
        var findings = _store.Findings();
        _isIntact = findings.Count == 0;
        foreach (var finding in findings)
            LogBroken(_logger, finding.Log, finding.Number, finding.What);
        return findings;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The log of {Log} is broken at row {Number}: {What}")]
    private static partial void LogBroken(ILogger logger, string log, long number, string what);
}
