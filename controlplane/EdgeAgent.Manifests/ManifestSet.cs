using EdgeAgent.Policy;

namespace EdgeAgent.Manifests;

/// <summary>What reading gave.</summary>
/// <param name="Resources">The resources without errors, in the order of the input.</param>
/// <param name="Diagnostics">All findings in the order of files, lines and columns.</param>
public sealed record ManifestSet(IReadOnlyList<ManifestResource> Resources, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>Whether the set must be refused as a whole.</summary>
    public bool HasErrors => Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error);
}
