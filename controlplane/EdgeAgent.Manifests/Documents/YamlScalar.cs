namespace EdgeAgent.Manifests.Documents;

/// <summary>A scalar with the type that <see cref="ScalarTyping"/> gives it.</summary>
internal sealed class YamlScalar(TextPosition position, string text, ScalarType type) : YamlNode(position)
{
    /// <summary>The text, escapes and folding resolved.</summary>
    public string Text { get; } = text;

    /// <summary>The type.</summary>
    public ScalarType Type { get; } = type;

    /// <inheritdoc/>
    public override long Size => 1;

    /// <inheritdoc/>
    public override bool IsNull => Type == ScalarType.Null;

    /// <inheritdoc/>
    public override string Description => Type switch
    {
        ScalarType.Null => "null",
        ScalarType.Boolean => $"the boolean {Quotation.Of(Text)}",
        ScalarType.Integer or ScalarType.Float => $"the number {Quotation.Of(Text)}",
        _ => $"the string {Quotation.Quoted(Text)}",
    };
}

/// <summary>The types of scalars.</summary>
internal enum ScalarType : byte
{
    String,
    Integer,
    Float,
    Boolean,
    Null,
}
