namespace EdgeAgent.Manifests.Documents;

/// <summary>A list of values.</summary>
internal sealed class YamlSequence(TextPosition position, IReadOnlyList<YamlNode> items) : YamlNode(position)
{
    /// <summary>The values in order.</summary>
    public IReadOnlyList<YamlNode> Items { get; } = items;

    /// <inheritdoc/>
    public override long Size { get; } = 1 + items.Sum(item => item.Size);

    /// <inheritdoc/>
    public override string Description => "a list";
}
