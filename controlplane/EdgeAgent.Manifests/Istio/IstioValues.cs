using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Istio;

/// <summary>Types that several kinds of Istio share.</summary>
internal static class IstioValues
{
    /// <summary>A host name.</summary>
    public static ValueType<string> HostName { get; } = Values.TextWhere("a host name such as reviews or reviews.default.svc.cluster.local", static text => IsHostName(text));

    /// <summary>A host name, or one whose first label is <c>*</c>, or <c>*</c>.</summary>
    public static ValueType<string> HostPattern { get; } = Values.TextWhere("a host name, or a pattern such as *.example.com", static text => IsHostPattern(text));

    /// <summary>Namespaces that see a resource.</summary>
    public static Field<IReadOnlyList<Located<string>>> ExportTo { get; } = Field.Optional(
        "exportTo",
        new ListValue<string>(Values.TextWhere("a namespace, '.' or '*'", static text => text is "." or "*" || NameSyntax.IsLabel(text))),
        "namespaces whose clients see it; absent is all").Derived();

    /// <summary>Labels of workloads.</summary>
    public static Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> Labels(string name, string note) => Field.Optional(name, MapValue.Labels, note).Derived();

    /// <summary>An object that holds labels alone, such as <c>workloadSelector</c>.</summary>
    public static Field<LabelSelection> Selection(string name, string labelsName, string note)
    {
        var labels = Labels(labelsName, "each label must have its value");
        return Field.Optional(name, new ObjectValue<LabelSelection>($"an object with {labelsName}", [labels], input => new(MapValue.ToLabels(input.Read(labels)))), note).Derived();
    }

    /// <summary>The texts of a list.</summary>
    public static EquatableArray<string> Texts(this IReadOnlyList<Located<string>> items) => items.Select(item => item.Value).ToEquatableArray();

    /// <summary>Whether the text is a host name.</summary>
    public static bool IsHostName(string text) => NameSyntax.IsSubdomain(text.ToLowerInvariant());

    private static bool IsHostPattern(string text) =>
        text == "*" || IsHostName(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text);
}

/// <summary>Labels that workloads must have.</summary>
internal sealed record LabelSelection(LabelSet Labels);
