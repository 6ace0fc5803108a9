using System.Text;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>An object of a cluster as the readers understand it.</summary>
/// <param name="Key">Its key here.</param>
/// <param name="Text">Its document.</param>
/// <param name="Resource">What was read; null where it is refused.</param>
/// <param name="Warnings">What reading it found.</param>
/// <param name="Refusal">Why it is refused; null where it is not.</param>
internal sealed record MirroredObject(ResourceKey Key, string Text, ManifestResource? Resource, IReadOnlyList<Diagnostic> Warnings, string? Refusal)
{
    /// <summary>Reads an object.</summary>
    /// <param name="owner">The cluster, as documents name it.</param>
    /// <param name="item">The object.</param>
    public static MirroredObject Of(string owner, ApiObject item)
    {
        var set = ManifestReader.Read([new ManifestFile(owner, Encoding.UTF8.GetBytes(item.Text))]);
        if (set is { HasErrors: false, Resources: [var resource] } && resource.Key == item.Key)
            return new(item.Key, item.Text, resource, set.Diagnostics, null);
        var errors = set.Diagnostics.Where(finding => finding.Severity == Severity.Error).Select(finding => finding.Field.Length > 0 ? $"{finding.Field}: {finding.Message}" : finding.Message).ToList();
        return new(item.Key, item.Text, null, [], errors.Count > 0 ? string.Join("; ", errors.Take(3)) : "the object cannot be read");
    }

    /// <summary>Whether it has a part in policy: a pod without an address of its own has none until it gets one.</summary>
    public bool Counts => !(Key.Kind == FleetState.PodKind && Resource?.Model is EndpointResource { Addresses.IsEmpty: true });
}
