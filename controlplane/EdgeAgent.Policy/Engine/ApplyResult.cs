using System.Collections.Immutable;

namespace EdgeAgent.Policy;

/// <summary>What came of a change.</summary>
/// <param name="State">The new state; the old one when the change was refused.</param>
/// <param name="Errors">What refused it; empty when it was accepted.</param>
/// <param name="Changes">The policies that are others than before, each with the hosts that it is for.</param>
/// <param name="Removed">The hosts, sorted, that are gone.</param>
public sealed record ApplyResult(
    EngineState State,
    ImmutableArray<Diagnostic> Errors,
    ImmutableArray<PolicyChange> Changes,
    ImmutableArray<ResourceKey> Removed)
{
    /// <summary>The hosts, sorted, that have another policy than before or are new.</summary>
    public HostSelection Changed { get; } = HostSelection.Union(Changes.Select(change => change.Hosts));

    /// <summary>Whether the change was accepted.</summary>
    public bool Accepted => Errors.IsEmpty;

    /// <summary>The errors that refused it, or the warnings that hold for the new state, which are found when somebody asks.</summary>
    public ImmutableArray<Diagnostic> Diagnostics => Accepted ? PolicyEngine.WarningsOf(State) : Errors;
}
