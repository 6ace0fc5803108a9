using System.Text;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>A resource as it is in force.</summary>
/// <param name="Resource">Its document and translation.</param>
/// <param name="Origin">Who said that it exists.</param>
/// <param name="Revision">The revision that made or last changed it.</param>
/// <param name="Warnings">What reading its document found.</param>
internal sealed record StoredResource(ManifestResource Resource, DocumentOrigin Origin, Revision Revision, EquatableArray<Diagnostic> Warnings)
{
    /// <summary>What the store keeps of it.</summary>
    public Document Document => new(Resource.Key, Origin, Resource.Source.File, Resource.TextLine, Resource.Text) { Revision = Revision };

    /// <summary>Reads a document of the store again.</summary>
    /// <exception cref="StoreException">It is no longer readable: the store is not of this version.</exception>
    public static StoredResource Read(Document document)
    {
        var set = ReadSet(document);
        return !set.HasErrors && set.Resources is [var resource] && resource.Key == document.Key
            ? new(resource, document.Origin, document.Revision, set.Diagnostics.ToEquatableArray())
            : throw new StoreException(StoreFailure.Foreign, $"the stored document of {document.Key}, revision {document.Revision}, cannot be read by this version: {(set.Diagnostics is [var first, ..] ? first : null)}");
    }

    /// <summary>What a document of the store says to this version.</summary>
    public static ManifestSet ReadSet(Document document) =>
        ManifestReader.Read([new ManifestFile(document.File, Encoding.UTF8.GetBytes(document.Text), document.FirstLine)]);
}
