namespace EdgeAgent.Manifests.Documents;

/// <summary>The rest of a file or document cannot be read.</summary>
internal sealed class UnreadableDocumentException(TextPosition position, string message) : Exception(message)
{
    /// <summary>Where reading ended.</summary>
    public TextPosition Position { get; } = position;
}
