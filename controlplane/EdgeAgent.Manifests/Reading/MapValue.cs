using System.Diagnostics.CodeAnalysis;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Reading;

/// <summary>A mapping from free keys to values of one type; keys are checked.</summary>
internal sealed class MapValue(string name, string keySyntax, Func<string, bool> isKey, ValueType<string> value) : ValueType<IReadOnlyList<KeyValuePair<string, Located<string>>>>
{
    /// <summary>Labels: keys and values of label syntax.</summary>
    public static MapValue Labels { get; } = new(
        "a mapping of label keys to label values", NameSyntax.LabelKey, static key => NameSyntax.IsLabelKey(key), Values.TextWhere(NameSyntax.LabelValue, static text => NameSyntax.IsLabelValue(text)));

    /// <summary>Annotations: keys of label syntax in any case, values free.</summary>
    public static MapValue Annotations { get; } = new(
        "a mapping of annotation keys to strings", NameSyntax.LabelKey, static key => NameSyntax.IsLabelKey(key.ToLowerInvariant()), Values.Text);

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, ReadContext context, [MaybeNullWhen(false)] out IReadOnlyList<KeyValuePair<string, Located<string>>> map)
    {
        map = null;
        if (node is not YamlMapping mapping)
            return Mismatch(node, context);
        var pairs = new List<KeyValuePair<string, Located<string>>>(mapping.Entries.Count);
        foreach (var (key, item) in mapping.Entries)
        {
            var itemContext = context.Field(key.Text);
            if (!isKey(key.Text))
                itemContext.Error(key, $"key {Quotation.Quoted(key.Text)}; expected {keySyntax}");
            else if (item.IsNull)
                pairs.Add(new(key.Text, new("", item, itemContext)));
            else if (value.TryRead(item, itemContext, out var read))
                pairs.Add(new(key.Text, new(read, item, itemContext)));
        }

        map = pairs;
        return true;
    }

    /// <summary>The labels of a map that was read.</summary>
    public static LabelSet ToLabels(IReadOnlyList<KeyValuePair<string, Located<string>>>? map) =>
        map is null or [] ? LabelSet.Empty : LabelSet.Of(map.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Value)));
}
