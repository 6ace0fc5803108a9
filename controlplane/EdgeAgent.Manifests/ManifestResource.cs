using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests;

/// <summary>One resource that was read: its translation, and its document as it was written.</summary>
public sealed class ManifestResource
{
    internal ManifestResource(string apiVersion, string kind, Resource model, string text, int textLine, IReadOnlyDictionary<string, MarkedField> marks) =>
        (ApiVersion, Kind, Model, Text, TextLine, Marks) = (apiVersion, kind, model, text, textLine, marks);

    /// <summary>The name that no two resources of one state share.</summary>
    public ResourceKey Key => Model.Key;

    /// <summary>The document's <c>apiVersion</c>.</summary>
    public string ApiVersion { get; }

    /// <summary>The document's <c>kind</c>.</summary>
    public string Kind { get; }

    /// <summary>The translation.</summary>
    public Resource Model { get; }

    /// <summary>
    /// The document: what was written, with its comments, or for an item of a list its own document. Read again under the file name of
    /// <see cref="Source"/> with <see cref="TextLine"/> as first line, it gives the same resource with the same positions.
    /// </summary>
    public string Text { get; }

    /// <summary>The number of the first line of <see cref="Text"/> in the file.</summary>
    public int TextLine { get; }

    /// <summary>Where the document begins.</summary>
    public SourcePosition Source => Model.Source;

    /// <summary>Places that checks across resources point at.</summary>
    internal IReadOnlyDictionary<string, MarkedField> Marks { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Key} ({Source})";
}
