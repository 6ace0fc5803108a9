using System.Diagnostics.CodeAnalysis;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Reading;

/// <summary>An object of a document, whose fields a reader asks for.</summary>
internal readonly record struct ObjectInput(YamlMapping Mapping, ReadContext Context)
{
    /// <summary>Where the object begins.</summary>
    public SourcePosition Position => Context.Scope.PositionOf(Mapping);

    /// <summary>Whether the field is there and not null.</summary>
    public bool Has(Field field) => Mapping.TryGet(field.Name, out _);

    /// <summary>Whether the field is there, not null and not an empty list.</summary>
    public bool HasItems(Field field) => Mapping.TryGet(field.Name, out var node) && node is not YamlSequence { Items.Count: 0 };

    /// <summary>Reads a field; false when it is absent, null or wrong (which was reported).</summary>
    public bool TryRead<T>(Field<T> field, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        return Mapping.TryGet(field.Name, out var node) && field.Type.TryRead(node, Context.Field(field.Name), out value);
    }

    /// <summary>Reads a field; null when it is absent, null or wrong.</summary>
    public T? Read<T>(Field<T> field)
        where T : class =>
        TryRead(field, out var value) ? value : null;

    /// <summary>Reads a field; null when it is absent, null or wrong.</summary>
    public T? ReadValue<T>(Field<T> field)
        where T : struct =>
        TryRead(field, out var value) ? value : null;

    /// <summary>Reads a list; empty when it is absent, null or wrong.</summary>
    public IReadOnlyList<Located<T>> ReadList<T>(Field<IReadOnlyList<Located<T>>> field) =>
        TryRead(field, out var value) ? value : [];

    /// <summary>Reports an error at a field's value, or at the object where it has none.</summary>
    public void Error(Field field, string message) =>
        Context.Field(field.Name).Error(Mapping.TryGet(field.Name, out var node) ? node : Mapping, message);

    /// <summary>Reports an error about the object as a whole.</summary>
    public void Error(string message) => Context.Error(Mapping, message);

    /// <summary>Reports a warning at a field's value, or at the object where it has none.</summary>
    public void Warning(Field field, string message) =>
        Context.Field(field.Name).Warning(Mapping.TryGet(field.Name, out var node) ? node : Mapping, message);
}
