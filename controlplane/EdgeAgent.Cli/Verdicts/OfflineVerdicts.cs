using System.Runtime.CompilerServices;
using EdgeAgent.Cli.Inputs;
using EdgeAgent.Cli.Output;
using EdgeAgent.Contracts;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Verdicts;

/// <summary>Answers from manifests alone, by the engine that the control plane runs.</summary>
internal sealed class OfflineVerdicts(EngineState state) : IVerdictSource
{
    /// <summary>Reads manifests into one state.</summary>
    /// <exception cref="CommandFailure">They have errors, all of which were written to standard error.</exception>
    public static OfflineVerdicts Read(IReadOnlyList<string> paths, Terminal terminal) => new(OfflineState.Read(paths, terminal));

#pragma warning disable CS1998 // The engine answers at once; the control plane does not.
    public async IAsyncEnumerable<Answer> AnswerAsync(IReadOnlyList<Probe> probes, bool withFailsafes, bool explained, [EnumeratorCancellation] CancellationToken cancellation)
#pragma warning restore CS1998
    {
        foreach (var probe in probes)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return AnswerTo(probe, withFailsafes ? Failsafe.Defaults : [], explained);
        }
    }

    public void Dispose()
    {
    }

    private Answer AnswerTo(Probe probe, EquatableArray<Failsafe> failsafes, bool explained)
    {
        try
        {
            var decision = explained ? PolicyEngine.Explain(state, probe, failsafes) : PolicyEngine.Decide(state, probe, failsafes);
            return new(decision.Allowed, End(decision.Egress), End(decision.Ingress));
        }
        catch (ProbeException e)
        {
            return Answer.Unanswerable(e.Message);
        }
    }

    private static EndAnswer End(EndDecision end) => new(
        end.Allowed,
        end.Policy is { } policy ? $"{policy.Kind} {policy.Policy}" : "",
        end.Policy?.Rule ?? "",
        end.Source.ToString(),
        [.. DecisionWords.Others(end)])
    {
        Note = end.Note,
    };
}
