using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Output;

/// <summary>Errors and warnings about what was read, as <c>file:line:column: error: what is wrong, and what was expected</c>.</summary>
internal static class Findings
{
    /// <summary>The control plane's finding.</summary>
    public static Diagnostic FromWire(Wire.V1.Diagnostic finding) => new(
        finding.Severity == Wire.V1.Severity.Error ? Severity.Error : Severity.Warning,
        new SourcePosition(finding.File, finding.Line, finding.Column),
        finding.Resource is { Kind.Length: > 0 } key ? KeyText.FromWire(key) : null,
        "",
        finding.Message);

    /// <summary>Writes them to standard error.</summary>
    public static void Write(Terminal terminal, IEnumerable<Diagnostic> findings)
    {
        var palette = new Palette(terminal.ErrorIsTerminal && terminal.Colours);
        foreach (var finding in findings)
            terminal.Error.WriteLine(finding.Severity == Severity.Error ? palette.Bad(finding.ToString()) : palette.Doubtful(finding.ToString()));
    }

    /// <summary>Writes them, and ends the command when there is an error.</summary>
    public static void WriteAndStopAtErrors(Terminal terminal, IReadOnlyCollection<Diagnostic> findings)
    {
        Write(terminal, findings);
        var errors = findings.Count(finding => finding.Severity == Severity.Error);
        if (errors > 0)
            throw CommandFailure.BadInput($"{Words.Count(errors, "error")}; nothing was done.");
    }
}
