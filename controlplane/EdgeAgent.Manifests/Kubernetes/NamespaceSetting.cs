using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>What all settings of namespaces share.</summary>
internal static class NamespaceSettingKeys
{
    /// <summary>What annotations and labels that are settings begin with.</summary>
    public const string Prefix = "edgeagent.io/";
}

/// <summary>One setting of a namespace: a field of its spec, an annotation, a label. Where several say it, they must agree.</summary>
/// <param name="field">The field's name.</param>
/// <param name="name">The name after the prefix, in annotations and labels.</param>
/// <param name="words">Its values as text.</param>
/// <param name="note">What it does.</param>
/// <param name="inSpec">Its values in the spec, where they are not the same words.</param>
internal sealed class NamespaceSetting<T>(string field, string name, ValueType<T> words, string note, ValueType<T>? inSpec = null)
    where T : struct
{
    /// <summary>The key of the annotation or label.</summary>
    public string Key { get; } = NamespaceSettingKeys.Prefix + name;

    /// <summary>The field of the spec.</summary>
    public Field<T> Field { get; } = Reading.Field.Optional(field, inSpec ?? words, $"{note}; also as annotation or label {NamespaceSettingKeys.Prefix}{name}");

    /// <summary>What the namespace says; null for nothing.</summary>
    public T? Read(Metadata metadata, ObjectInput? spec)
    {
        var said = spec?.ReadValue(Field);
        foreach (var (where, located) in new[] { ("annotation", metadata.Annotation(Key)), ("label", metadata.WrittenLabel(Key)) })
        {
            if (located is not { } text || !words.TryRead(text.Node, text.Context, out var value))
                continue;
            if (said is { } other && !other.Equals(value))
                text.Context.Error(text.Node, $"the {where} says {value} where the namespace also says {other}; expected one of the two, or the same everywhere");
            said ??= value;
        }

        return said;
    }
}
