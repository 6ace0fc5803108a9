using EdgeAgent.Cli.Inputs;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Verdicts;

/// <summary>Who knows the verdicts: manifests alone, or the control plane.</summary>
internal interface IVerdictSource : IDisposable
{
    /// <summary>Answers each probe, in order.</summary>
    /// <param name="probes">The questions.</param>
    /// <param name="withFailsafes">Whether failsafes count.</param>
    /// <param name="explained">Whether to say as well why other rules did not match.</param>
    /// <param name="cancellation">Ends it early.</param>
    IAsyncEnumerable<Answer> AnswerAsync(IReadOnlyList<Probe> probes, bool withFailsafes, bool explained, CancellationToken cancellation);
}
