using System.Text.Json;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>The isolation of a namespace as Kubernetes 1.3 to 1.6 wrote it: JSON within an annotation.</summary>
internal static class IsolationAnnotation
{
    /// <summary>The annotation.</summary>
    public const string Key = "net.beta.kubernetes.io/network-policy";

    private const string Expected = """expected {"ingress":{"isolation":"DefaultDeny"}}""";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8 };

    /// <summary>Whether the annotation denies ingress by default; what it says else is an error.</summary>
    public static bool DeniesIngress(Located<string> annotation)
    {
        try
        {
            using var json = JsonDocument.Parse(annotation.Value, Strict);
            return OnlyProperty(json.RootElement, "ingress", annotation) is { } ingress
                && OnlyProperty(ingress, "isolation", annotation) is { } isolation
                && IsDefaultDeny(isolation, annotation);
        }
        catch (JsonException e)
        {
            return annotation.Context.Error(annotation.Node, $"the annotation is no JSON (at byte {e.BytePositionInLine + 1}); {Expected}");
        }
    }

    private static JsonElement? OnlyProperty(JsonElement element, string name, Located<string> annotation)
    {
        JsonElement? found = null;
        if (element.ValueKind != JsonValueKind.Object)
        {
            annotation.Context.Error(annotation.Node, $"the annotation has {Quotation.Of(element.GetRawText())} where an object belongs; {Expected}");
            return null;
        }

        foreach (var property in element.EnumerateObject())
        {
            if (property.Name == name && found is null)
                found = property.Value;
            else
                annotation.Context.Error(annotation.Node, $"the annotation has {Quotation.Quoted(property.Name)} {(property.Name == name ? "twice" : "which it cannot have")}; {Expected}");
        }

        return found;
    }

    private static bool IsDefaultDeny(JsonElement isolation, Located<string> annotation) =>
        (isolation.ValueKind == JsonValueKind.String && isolation.GetString() == "DefaultDeny")
        || annotation.Context.Error(annotation.Node, $"isolation {Quotation.Of(isolation.GetRawText())}; {Expected}");
}
