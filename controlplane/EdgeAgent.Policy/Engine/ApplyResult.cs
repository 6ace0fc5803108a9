using System.Collections.Immutable;

namespace EdgeAgent.Policy;

/// <summary>What came of a change.</summary>
/// <param name="State">The new state; the old one when the change was refused.</param>
/// <param name="Diagnostics">Errors that refused it, or the warnings that hold for the new state.</param>
/// <param name="Changed">The hosts, sorted, that have another policy than before or are new.</param>
/// <param name="Removed">The hosts, sorted, that are gone.</param>
public sealed record ApplyResult(
    EngineState State,
    ImmutableArray<Diagnostic> Diagnostics,
    ImmutableArray<ResourceKey> Changed,
    ImmutableArray<ResourceKey> Removed)
{
    /// <summary>Whether the change was accepted.</summary>
    public bool Accepted => !Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error);
}
