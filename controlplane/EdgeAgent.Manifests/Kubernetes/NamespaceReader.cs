using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>Namespace of v1: its labels, the old isolation annotation, settings of this product.</summary>
internal static class NamespaceReader
{
    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Kubernetes,
        ["v1"],
        NamespaceResource.Kind,
        IsNamespaced: false,
        NameRule.Label,
        [NamespaceSettings.SpecDescription, Field.Ignored("status", "what an API server reports")],
        Build);

    private static NamespaceResource Build(ResourceInput input)
    {
        var (bookend, mesh) = NamespaceSettings.Read(input);
        return new(input.Key, input.Source)
        {
            Labels = input.Metadata.Labels,
            IsolatesIngress = input.Metadata.Annotation(IsolationAnnotation.Key) is { } annotation && IsolationAnnotation.DeniesIngress(annotation),
            Bookend = bookend,
            Mesh = mesh,
        };
    }
}
