using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Verdicts;

/// <summary>What the control plane would hold, from manifests alone.</summary>
internal static class OfflineState
{
    /// <summary>Reads manifests into one state, and writes what is doubtful about them to standard error.</summary>
    /// <exception cref="CommandFailure">They have errors, all of which were written to standard error.</exception>
    public static EngineState Read(IReadOnlyList<string> paths, Terminal terminal)
    {
        var (state, warnings) = ReadQuietly(paths, terminal);
        Findings.Write(terminal, warnings.Concat(PolicyEngine.WarningsOf(state)));
        return state;
    }

    /// <summary>Reads manifests into one state.</summary>
    /// <returns>The state, and what is doubtful about the documents apart from what <see cref="PolicyEngine.WarningsOf"/> says.</returns>
    /// <exception cref="CommandFailure">They have errors, all of which were written to standard error.</exception>
    public static (EngineState State, IReadOnlyList<Diagnostic> Warnings) ReadQuietly(IReadOnlyList<string> paths, Terminal terminal)
    {
        var set = ManifestReader.Read(InputFiles.Read(paths, terminal));
        List<Diagnostic> findings = [.. set.Diagnostics, .. ManifestReader.Check(set.Resources)];
        if (findings.Exists(finding => finding.Severity == Severity.Error))
            Findings.WriteAndStopAtErrors(terminal, findings);
        var applied = PolicyEngine.Apply(EngineState.Empty, new Change([.. set.Resources.Select(resource => resource.Model)], []));
        if (!applied.Accepted)
            Findings.WriteAndStopAtErrors(terminal, [.. findings, .. applied.Diagnostics]);
        return (applied.State, findings);
    }
}
