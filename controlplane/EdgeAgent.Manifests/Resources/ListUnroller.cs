using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;

namespace EdgeAgent.Manifests.Resources;

/// <summary>Unrolls lists as <c>kubectl get -o yaml</c> prints them, also lists within lists.</summary>
internal static class ListUnroller
{
    private const string Suffix = "List";

    /// <summary>The items of a list, at any depth; null for a document that is none.</summary>
    public static IReadOnlyList<YamlNode>? TryUnroll(YamlNode root, DocumentScope scope)
    {
        if (root is not YamlMapping mapping || ItemsOf(mapping) is null)
            return null;
        var items = new List<YamlNode>();
        Unroll(mapping, new(scope, null), items);
        return items;
    }

    private static void Unroll(YamlMapping list, ReadContext context, List<YamlNode> items)
    {
        if (ItemsOf(list) is not YamlSequence sequence)
        {
            context.Field("items").Error(ItemsOf(list)!, $"{ItemsOf(list)!.Description}; expected a list of resources");
            return;
        }

        foreach (var key in list.Entries.Select(entry => entry.Key).Where(key => key.Text is not ("apiVersion" or "kind" or "metadata" or "items")))
            context.Field(key.Text).Error(key, $"unknown field {Quotation.Quoted(key.Text)}; expected apiVersion, kind, metadata and items");
        for (var i = 0; i < sequence.Items.Count; i++)
        {
            var item = sequence.Items[i];
            if (item is YamlMapping mapping && ItemsOf(mapping) is not null)
                Unroll(mapping, context.Field("items").Item(i), items);
            else
                items.Add(WithTypeOf(list, item));
        }
    }

    private static YamlNode? ItemsOf(YamlMapping mapping) =>
        Text(mapping, "kind") is { } kind && kind.EndsWith(Suffix, StringComparison.Ordinal) && mapping.TryGet("items", out var items) ? items : null;

    /// <summary>Items of a typed list may leave their own type out.</summary>
    private static YamlNode WithTypeOf(YamlMapping list, YamlNode item)
    {
        if (item is not YamlMapping mapping || mapping.TryGet("kind", out _) || mapping.TryGet("apiVersion", out _)
            || Text(list, "kind") is not { Length: > 4 } kind || !list.TryGet("apiVersion", out var version))
            return item;
        YamlScalar Key(string name) => new(mapping.Position, name, ScalarType.String);
        var type = new YamlScalar(mapping.Position, kind[..^Suffix.Length], ScalarType.String);
        return new YamlMapping(mapping.Position, [new(Key("apiVersion"), version), new(Key("kind"), type), .. mapping.Entries]);
    }

    private static string? Text(YamlMapping mapping, string field) =>
        mapping.TryGet(field, out var node) && node is YamlScalar { Type: ScalarType.String } scalar ? scalar.Text : null;
}
