using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Resources;

/// <summary>What the metadata of a resource says that matters here.</summary>
/// <param name="WrittenLabels">The labels with their places.</param>
/// <param name="Annotations">The annotations with their places.</param>
internal sealed record Metadata(IReadOnlyList<KeyValuePair<string, Located<string>>> WrittenLabels, IReadOnlyList<KeyValuePair<string, Located<string>>> Annotations)
{
    private const string FromServer = "set by an API server";

    private static readonly Field<string> Name = Field.Required("name", Values.Text, "the resource's name");
    private static readonly Field<string> Namespace = Field.Optional("namespace", Values.Text, "the namespace; absent is default. Not for kinds outside namespaces");
    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> LabelsField = Field.Optional("labels", MapValue.Labels, "what selectors see");
    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> AnnotationsField = Field.Optional("annotations", MapValue.Annotations, "only those that a kind names have a meaning");

    /// <summary>The metadata of every kind.</summary>
    public static ValueType<Metadata> Type { get; } = new ObjectValue<Metadata>(
        "metadata",
        [
            Name,
            Namespace,
            LabelsField,
            AnnotationsField,
            Field.Ignored("uid", FromServer),
            Field.Ignored("resourceVersion", FromServer),
            Field.Ignored("generation", FromServer),
            Field.Ignored("creationTimestamp", FromServer),
            Field.Ignored("deletionTimestamp", FromServer),
            Field.Ignored("deletionGracePeriodSeconds", FromServer),
            Field.Ignored("managedFields", FromServer),
            Field.Ignored("ownerReferences", "what owns the resource in its cluster"),
            Field.Ignored("finalizers", "what must happen in its cluster before it goes"),
            Field.Ignored("selfLink", FromServer),
            Field.Ignored("generateName", "the name is what counts"),
        ],
        Build);

    /// <summary>Stands for metadata that could not be read.</summary>
    public static Metadata None { get; } = new([], []);

    /// <summary>The labels.</summary>
    public LabelSet Labels => MapValue.ToLabels(WrittenLabels);

    /// <summary>An annotation.</summary>
    public Located<string>? Annotation(string key) => Find(Annotations, key);

    /// <summary>A label, with its place.</summary>
    public Located<string>? WrittenLabel(string key) => Find(WrittenLabels, key);

    private static Located<string>? Find(IReadOnlyList<KeyValuePair<string, Located<string>>> items, string key)
    {
        foreach (var (name, value) in items)
        {
            if (name == key)
                return value;
        }

        return null;
    }

    private static Metadata Build(ObjectInput input)
    {
        // Their syntax depends on the kind, which checks it; here only the type is.
        input.Read(Name);
        input.Read(Namespace);
        return new(input.Read(LabelsField) ?? [], input.Read(AnnotationsField) ?? []);
    }
}
