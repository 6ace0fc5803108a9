using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>A change of resources that somebody asks for; it happens as a whole or not at all.</summary>
/// <param name="Origin">Whose documents change.</param>
/// <param name="Set">What is to be there, without errors of its own.</param>
/// <param name="Warnings">What reading <paramref name="Set"/> found.</param>
/// <param name="Delete">What is to be gone.</param>
internal sealed record ChangeRequest(DocumentOrigin Origin, IReadOnlyList<ManifestResource> Set, IReadOnlyList<Diagnostic> Warnings, IReadOnlyList<ResourceKey> Delete)
{
    /// <summary>Whether <see cref="Delete"/> leaves what hosts said of themselves.</summary>
    public bool KeepsRegistrations { get; init; }

    /// <summary>Hosts to cut off.</summary>
    public IReadOnlyList<ResourceKey> Quarantine { get; init; } = [];

    /// <summary>Hosts to cut off no longer.</summary>
    public IReadOnlyList<ResourceKey> Release { get; init; } = [];

    /// <summary>Why who asks may not change a resource, of which the models before and after are given; null where that is allowed.</summary>
    public Func<ResourceKey, Resource?, Resource?, string?> Refuses { get; init; } = static (_, _, _) => null;

    /// <summary>Who asks.</summary>
    public string Author { get; init; } = "";

    /// <summary>Why.</summary>
    public string Note { get; init; } = "";
}

/// <summary>What became, or would become, of a change.</summary>
/// <param name="Accepted">Whether it has no error; nothing is changed where it has.</param>
/// <param name="Revision">The revision that it made, or the present one where it changed nothing.</param>
/// <param name="Changes">What it did to each resource; null for nothing.</param>
/// <param name="Diagnostics">Errors and warnings.</param>
/// <param name="HostsTouched">How many hosts' policies differ from before.</param>
internal sealed record ChangeOutcome(
    bool Accepted,
    Revision Revision,
    IReadOnlyList<(ResourceKey Key, DocumentChangeKind? Kind)> Changes,
    IReadOnlyList<Diagnostic> Diagnostics,
    int HostsTouched)
{
    /// <summary>What who asked may not change, and why; nothing is changed where there is any.</summary>
    public IReadOnlyList<string> Forbidden { get; init; } = [];
}
