using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Verdicts;

/// <summary>What the control plane would hold, from manifests alone.</summary>
internal static class OfflineState
{
    /// <summary>Reads manifests into one state.</summary>
    /// <exception cref="CommandFailure">They have errors, all of which were written to standard error.</exception>
    public static EngineState Read(IReadOnlyList<string> paths, Terminal terminal)
    {
        var set = ManifestReader.Read(InputFiles.Read(paths, terminal));
        Findings.WriteAndStopAtErrors(terminal, [.. set.Diagnostics, .. ManifestReader.Check(set.Resources)]);
        var applied = PolicyEngine.Apply(EngineState.Empty, new Change([.. set.Resources.Select(resource => resource.Model)], []));
        Findings.WriteAndStopAtErrors(terminal, applied.Diagnostics);
        return applied.State;
    }
}
