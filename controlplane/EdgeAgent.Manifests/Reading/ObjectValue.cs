using System.Diagnostics.CodeAnalysis;
using EdgeAgent.Manifests.Documents;

namespace EdgeAgent.Manifests.Reading;

/// <summary>An object with named fields. Unknown fields are errors.</summary>
/// <param name="name">The type in words, with its article.</param>
/// <param name="fields">Its fields.</param>
/// <param name="build">Makes the value of the fields; null when it reported why it cannot.</param>
internal sealed class ObjectValue<T>(string name, IReadOnlyList<Field> fields, Func<ObjectInput, T?> build) : ValueType<T>
    where T : class
{
    private readonly FieldTable _table = new(fields);

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override IReadOnlyList<Field> Fields => fields;

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, ReadContext context, [MaybeNullWhen(false)] out T value)
    {
        value = null;
        if (node is not YamlMapping mapping)
            return Mismatch(node, context);
        _table.Check(mapping, context);
        value = build(new(mapping, context));
        return value is not null;
    }
}
