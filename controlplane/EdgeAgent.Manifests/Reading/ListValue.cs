using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EdgeAgent.Manifests.Documents;

namespace EdgeAgent.Manifests.Reading;

/// <summary>A value with its place, for checks that look at more than one value.</summary>
internal readonly record struct Located<T>(T Value, YamlNode Node, ReadContext Context);

/// <summary>A list of values of one type; items that cannot be read are reported and left out.</summary>
internal sealed class ListValue<T>(ValueType<T> item, int atLeast = 0, int atMost = int.MaxValue) : ValueType<IReadOnlyList<Located<T>>>
{
    /// <inheritdoc/>
    public override string Name { get; } = (atLeast, atMost) switch
    {
        (0, int.MaxValue) => $"a list (each item {item.Name})",
        (0, _) => string.Create(CultureInfo.InvariantCulture, $"a list of at most {atMost} (each item {item.Name})"),
        (_, int.MaxValue) => string.Create(CultureInfo.InvariantCulture, $"a list of at least {atLeast} (each item {item.Name})"),
        _ => string.Create(CultureInfo.InvariantCulture, $"a list of {atLeast} to {atMost} (each item {item.Name})"),
    };

    /// <inheritdoc/>
    public override IReadOnlyList<Field> Fields => item.Fields;

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, ReadContext context, [MaybeNullWhen(false)] out IReadOnlyList<Located<T>> value)
    {
        value = null;
        if (node is not YamlSequence sequence)
            return Mismatch(node, context);
        if (sequence.Items.Count < atLeast || sequence.Items.Count > atMost)
            return context.Error(node, string.Create(CultureInfo.InvariantCulture, $"a list of {sequence.Items.Count}; expected {Name}"));
        var values = new List<Located<T>>(sequence.Items.Count);
        for (var i = 0; i < sequence.Items.Count; i++)
        {
            var (itemNode, itemContext) = (sequence.Items[i], context.Item(i));
            if (itemNode.IsNull)
                itemContext.Error(itemNode, $"null; expected {item.Name}");
            else if (item.TryRead(itemNode, itemContext, out var read))
                values.Add(new(read, itemNode, itemContext));
        }

        value = values;
        return true;
    }
}
