using System.Diagnostics.CodeAnalysis;
using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>What a host says of itself, read as the <c>Host</c> document that it amounts to.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Warnings">What reading it found.</param>
internal sealed record RegisteredHost(ManifestResource Resource, IReadOnlyList<Diagnostic> Warnings)
{
    /// <summary>Reads what a host says of itself, under all the rules for documents.</summary>
    public static bool TryRead(HostFacts facts, [NotNullWhen(true)] out RegisteredHost? host, [NotNullWhen(false)] out string? refusal)
    {
        var name = new HostName(facts.Namespace, facts.Name);
        var set = ManifestReader.Read([new ManifestFile($"registration of {name}", Encoding.UTF8.GetBytes(HostDocument.Of(facts)))]);
        var error = set.Diagnostics.FirstOrDefault(finding => finding.Severity == Severity.Error);
        host = set is { HasErrors: false, Resources: [var resource] } ? new(resource, set.Diagnostics) : null;
        refusal = host is not null ? null : error is null ? "what it says of itself is no Host" : $"{error.Field}: {error.Message}";
        return host is not null;
    }
}
