using System.Text.Json;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Calico;

/// <summary>
/// The labels of a Calico resource. As a custom resource (crd.projectcalico.org) it keeps them in an annotation, as JSON, beside those
/// that its metadata has (projectcalico/calico, libcalico-go/lib/backend/k8s/resources).
/// </summary>
internal static class CalicoLabels
{
    /// <summary>The annotation that keeps the metadata of a custom resource.</summary>
    public const string MetadataAnnotation = "projectcalico.org/metadata";
    private const string NamespaceLabel = "projectcalico.org/namespace";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16 };

    /// <summary>The labels of both places; those in the annotation win.</summary>
    public static LabelSet Of(ResourceInput input)
    {
        var labels = input.Metadata.Labels;
        if (input.Metadata.Annotation(MetadataAnnotation) is { } annotation)
            labels = LabelSet.Of(labels.Concat(Stored(annotation)));
        if (labels.TryGetValue(NamespaceLabel, out _))
            input.Root.Error(KindReader.MetadataField, $"label {NamespaceLabel} is given by the namespace; expected it nowhere else");
        return labels;
    }

    private static List<KeyValuePair<string, string>> Stored(Located<string> annotation)
    {
        var labels = new List<KeyValuePair<string, string>>();
        try
        {
            using var json = JsonDocument.Parse(annotation.Value, Strict);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("labels", out var stored) || stored.ValueKind != JsonValueKind.Object)
                return labels;
            foreach (var label in stored.EnumerateObject())
            {
                if (label.Value.ValueKind == JsonValueKind.String && NameSyntax.IsLabelKey(label.Name) && NameSyntax.IsLabelValue(label.Value.GetString()))
                    labels.Add(new(label.Name, label.Value.GetString()!));
                else
                    annotation.Context.Error(annotation.Node, $"the annotation has a label {Quotation.Quoted(label.Name)} with {Quotation.Of(label.Value.GetRawText())}; expected label keys and values");
            }
        }
        catch (JsonException e)
        {
            annotation.Context.Error(annotation.Node, $"the annotation is no JSON (at byte {e.BytePositionInLine + 1}); expected the metadata that Calico stores there");
        }

        return labels;
    }
}
