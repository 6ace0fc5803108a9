using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>Who said that a resource exists.</summary>
internal enum DocumentOrigin
{
    /// <summary>A person, in a document.</summary>
    Declared = 1,

    /// <summary>A host, of itself, when it connected.</summary>
    Registered = 2,

    /// <summary>A person, who cut a host off: the document is there as long as the quarantine.</summary>
    Quarantined = 3,

    /// <summary>The API server of a cluster that is followed; the document's file says which (<c>cluster:NAME</c>).</summary>
    Followed = 4,
}

/// <summary>What a revision did to a resource.</summary>
internal enum DocumentChangeKind
{
    /// <summary>It was not there before.</summary>
    Created = 1,

    /// <summary>Its document is another.</summary>
    Changed = 2,

    /// <summary>It is gone.</summary>
    Deleted = 3,
}

/// <summary>The text that declares a resource.</summary>
/// <param name="Key">The resource.</param>
/// <param name="Origin">Who said so.</param>
/// <param name="File">What messages call the text's file.</param>
/// <param name="FirstLine">The number of the text's first line in that file, from 1.</param>
/// <param name="Text">The document, in YAML or JSON.</param>
internal sealed record Document(ResourceKey Key, DocumentOrigin Origin, string File, int FirstLine, string Text)
{
    /// <summary>The revision that made or last changed it; zero before it is stored.</summary>
    public Revision Revision { get; init; }
}

/// <summary>What is left of a document that is not kept any more.</summary>
/// <param name="File">What messages called its file.</param>
/// <param name="FirstLine">The number of its first line in that file.</param>
/// <param name="Digest">SHA-256 of the text.</param>
internal sealed record PrunedDocument(string File, int FirstLine, Digest Digest)
{
    /// <summary>What would be left of a document.</summary>
    public static PrunedDocument Of(Document document) => new(document.File, document.FirstLine, Digest.Of(document.Text));
}

/// <summary>One change within a revision.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Key">To which resource.</param>
/// <param name="Origin">Whose document.</param>
/// <param name="Document">The new document; null where the resource is gone, or the text is not kept any more.</param>
internal sealed record DocumentChange(DocumentChangeKind Kind, ResourceKey Key, DocumentOrigin Origin, Document? Document)
{
    /// <summary>What is left of the new document, where its text is not kept any more; else null.</summary>
    public PrunedDocument? Pruned { get; init; }
}

/// <summary>One row of the revision log.</summary>
internal sealed record RevisionRecord(Revision Revision, DateTimeOffset At, string Author, string Note, EquatableArray<DocumentChange> Changes)
{
    /// <summary>Whether some of its documents are not kept any more.</summary>
    public bool IsPruned => Changes.Items.Any(change => change.Pruned is not null);
}
