using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>Kubernetes' LabelSelector (k8s.io/apimachinery, meta/v1); the empty one selects all.</summary>
internal static class LabelSelectors
{
    private static readonly ValueType<string> LabelValue = Values.TextWhere(NameSyntax.LabelValue, static text => NameSyntax.IsLabelValue(text));

    private static readonly Field<string> Key = Field.Required(
        "key", Values.TextWhere(NameSyntax.LabelKey, static text => NameSyntax.IsLabelKey(text)), "the label");

    private static readonly Field<Operator> OperatorField = Field.Required(
        "operator",
        Values.OneOf(("In", Operator.In), ("NotIn", Operator.NotIn), ("Exists", Operator.Exists), ("DoesNotExist", Operator.DoesNotExist)),
        "NotIn and DoesNotExist also hold where the label is missing");

    private static readonly Field<IReadOnlyList<Located<string>>> ValuesField = Field.Optional(
        "values", new ListValue<string>(LabelValue), "at least one for In and NotIn, none for the others");

    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> MatchLabels = Field.Optional(
        "matchLabels", MapValue.Labels, "each label must have its value");

    private static readonly Field<IReadOnlyList<Located<Selector>>> MatchExpressions = Field.Optional(
        "matchExpressions",
        new ListValue<Selector>(new ObjectValue<Selector>("a requirement with key, operator and values", [Key, OperatorField, ValuesField], Requirement)),
        "all must hold");

    private enum Operator
    {
        In,
        NotIn,
        Exists,
        DoesNotExist,
    }

    /// <summary>A label selector.</summary>
    public static ValueType<Selector> Type { get; } = With();

    /// <summary>A label selector whose object may have further fields, all of them refused.</summary>
    public static ValueType<Selector> With(params Field[] refused) =>
        new ObjectValue<Selector>("a label selector with matchLabels and matchExpressions", [MatchLabels, MatchExpressions, .. refused], Build);

    private static Selector Build(ObjectInput input)
    {
        var labels = (input.Read(MatchLabels) ?? [])
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => Selector.Equal(pair.Key, pair.Value.Value));
        return Selector.And([.. labels, .. input.ReadList(MatchExpressions).Select(located => located.Value)]);
    }

    private static Selector? Requirement(ObjectInput input)
    {
        var key = input.Read(Key);
        var values = input.ReadList(ValuesField).Select(located => located.Value).ToArray();
        var comparison = input.ReadValue(OperatorField);
        if (key is null || comparison is null)
            return null;
        var needsValues = comparison is Operator.In or Operator.NotIn;
        if (needsValues && !input.Has(ValuesField))
            input.Error($"operator {comparison} without values; expected at least one value");
        else if (needsValues && input.Mapping.TryGet("values", out var node) && node is YamlSequence { Items.Count: 0 })
            input.Error(ValuesField, $"operator {comparison} with an empty list; expected at least one value");
        else if (!needsValues && values.Length > 0)
            input.Error(ValuesField, $"operator {comparison} with values; expected none");
        return comparison switch
        {
            Operator.In => Selector.In(key, values),
            Operator.NotIn => Selector.NotIn(key, values),
            Operator.Exists => Selector.Has(key),
            _ => Selector.Not(Selector.Has(key)),
        };
    }
}
