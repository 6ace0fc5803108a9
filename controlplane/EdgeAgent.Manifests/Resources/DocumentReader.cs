using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Resources;

/// <summary>Reads one document: finds out its kind and name, then lets the kind's reader translate it.</summary>
internal static class DocumentReader
{
    /// <summary>What the place of a resource's name is kept under.</summary>
    public const string NameMark = "name";

    private const string DefaultNamespace = "default";

    /// <summary>Translates a document; null when it has errors, all of which were reported.</summary>
    public static TranslatedDocument? Read(YamlNode root, DocumentScope scope)
    {
        var context = new ReadContext(scope, null);
        if (root is not YamlMapping mapping)
        {
            context.Error(root, $"the document is {root.Description}; expected a mapping with apiVersion, kind and metadata");
            return null;
        }

        if (KindTable.Find(mapping, context) is not { } kind)
            return null;
        scope.Resource = ReadKey(mapping, context, kind);
        kind.Table.Check(mapping, context);
        var input = new ObjectInput(mapping, context);
        var metadata = input.Read(KindReader.MetadataField);
        // A document without a name is read to the end, so that its other errors are found as well.
        var key = scope.Resource ?? new(kind.KeyKind, kind.IsNamespaced ? DefaultNamespace : "", "");
        var model = kind.Build(new(input, metadata ?? Metadata.None, key));
        return model is null || scope.HasErrors ? null : new(TextOf(mapping, "apiVersion")!.Text, kind.Kind, model);
    }

    /// <summary>The name, as soon as it can be told, so that every message can say it.</summary>
    private static ResourceKey? ReadKey(YamlMapping root, ReadContext context, KindReader kind)
    {
        if (!root.TryGet("metadata", out var node) || node is not YamlMapping metadata || TextOf(metadata, "name") is not { } name)
            return null;
        var space = TextOf(metadata, "namespace");
        var isNamespaced = kind.IsNamespaced && space is { Text.Length: > 0 };
        var key = new ResourceKey(kind.KeyKind, isNamespaced ? Quotation.Of(space!.Text) : kind.IsNamespaced ? DefaultNamespace : "", Quotation.Of(name.Text));
        context.Scope.Resource = key;
        var place = context.Field("metadata");
        if (!kind.Name.Holds(name.Text))
            place.Field("name").Error(name, $"name {Quotation.Quoted(name.Text)}; expected {kind.Name.Expected}");
        else
            place.Field("name").Mark(NameMark, name);
        if (isNamespaced && !NameSyntax.IsLabel(space!.Text))
            place.Field("namespace").Error(space, $"namespace {Quotation.Quoted(space.Text)}; expected {NameSyntax.LabelName}");
        else if (!kind.IsNamespaced && space is { Text.Length: > 0 })
            place.Field("namespace").Error(space, $"{kind.Kind} is outside namespaces; expected no namespace");
        return key;
    }

    private static YamlScalar? TextOf(YamlMapping mapping, string field) =>
        mapping.TryGet(field, out var node) && node is YamlScalar { Type: ScalarType.String } text ? text : null;
}
