using EdgeAgent.Policy;

namespace EdgeAgent.Manifests;

/// <summary>Collects findings; hostile input cannot make it grow without bound.</summary>
internal sealed class DiagnosticSink
{
    /// <summary>How many findings of each severity are kept; the rest is counted.</summary>
    public const int Limit = 1000;

    private readonly List<Diagnostic> _errors = [];
    private readonly List<Diagnostic> _warnings = [];
    private int _furtherErrors;
    private int _furtherWarnings;

    /// <summary>How many errors were reported.</summary>
    public int ErrorCount => _errors.Count + _furtherErrors;

    /// <summary>Takes a finding.</summary>
    public void Add(Diagnostic diagnostic)
    {
        var kept = diagnostic.Severity == Severity.Error ? _errors : _warnings;
        if (kept.Count < Limit)
            kept.Add(diagnostic);
        else if (diagnostic.Severity == Severity.Error)
            _furtherErrors++;
        else
            _furtherWarnings++;
    }

    /// <summary>All findings in the order of files, lines and columns, as the files were given.</summary>
    public IReadOnlyList<Diagnostic> InOrder(IReadOnlyDictionary<string, int> fileOrder)
    {
        var all = _errors.Concat(_warnings)
            .Distinct()
            .OrderBy(finding => fileOrder.GetValueOrDefault(finding.Position.File, int.MaxValue))
            .ThenBy(finding => finding.Position.Line)
            .ThenBy(finding => finding.Position.Column)
            .ToList();
        if (_furtherErrors > 0)
            all.Add(Further(Severity.Error, _furtherErrors, _errors[^1].Position));
        if (_furtherWarnings > 0)
            all.Add(Further(Severity.Warning, _furtherWarnings, _warnings[^1].Position));
        return all;
    }

    private static Diagnostic Further(Severity severity, int count, SourcePosition position) =>
        new(severity, position, null, "", $"{count} more {(severity == Severity.Error ? "errors" : "warnings")} after this place are not shown");
}
