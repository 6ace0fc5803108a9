namespace EdgeAgent.Manifests.Documents;

/// <summary>A value of a document: a mapping, a sequence or a scalar. An anchor's node is shared by its aliases.</summary>
internal abstract class YamlNode(TextPosition position)
{
    /// <summary>Where the value begins.</summary>
    public TextPosition Position { get; } = position;

    /// <summary>The number of nodes in the value, aliases followed; what a full walk of it costs.</summary>
    public abstract long Size { get; }

    /// <summary>What the value is, for messages.</summary>
    public abstract string Description { get; }

    /// <summary>Whether it is the null scalar.</summary>
    public virtual bool IsNull => false;
}
