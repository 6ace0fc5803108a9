using EdgeAgent.Manifests.Calico;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Istio;
using EdgeAgent.Manifests.Kubernetes;
using EdgeAgent.Manifests.Native;
using EdgeAgent.Manifests.Reading;

namespace EdgeAgent.Manifests.Resources;

/// <summary>All kinds that can be read, whatever their language.</summary>
internal static class KindTable
{
    /// <summary>The kinds.</summary>
    public static IReadOnlyList<KindReader> All { get; } = [.. NativeKinds.All, .. KubernetesKinds.All, .. CalicoKinds.All, .. IstioKinds.All];

    private static readonly Dictionary<(string ApiVersion, string Kind), KindReader> ByName = All
        .SelectMany(kind => kind.ApiVersions.Select(version => (version, kind)))
        .ToDictionary(pair => (pair.version, pair.kind.Kind), pair => pair.kind);

    /// <summary>The kind of a document; null when it was reported that there is none.</summary>
    public static KindReader? Find(YamlMapping document, ReadContext context)
    {
        var version = ReadText(document, context, "apiVersion", "an API version such as edgeagent.io/v1");
        var kind = ReadText(document, context, "kind", "a kind such as NetworkPolicy");
        if (version is null || kind is null)
            return null;
        if (ByName.TryGetValue((version.Text, kind.Text), out var reader))
            return reader;
        var versions = All.Where(known => known.Kind == kind.Text).SelectMany(known => known.ApiVersions).ToList();
        if (RefusedKinds.Reason(version.Text, kind.Text) is { } reason)
            context.Field("kind").Error(kind, $"kind {Quotation.Quoted(kind.Text)} cannot be enforced: {reason}");
        else if (versions.Count > 0)
            context.Field("apiVersion").Error(version, $"{kind.Text} in apiVersion {Quotation.Quoted(version.Text)}; expected {string.Join(" or ", versions)}");
        else
            context.Field("kind").Error(kind, Unknown(kind.Text));
        return null;
    }

    private static string Unknown(string kind)
    {
        var known = All.Select(reader => reader.Kind).Distinct().Order(StringComparer.Ordinal).ToList();
        var expected = NearestName.Of(kind, known) is { } near ? $"did you mean {near}?" : $"expected one of {string.Join(", ", known)}";
        return $"unknown kind {Quotation.Quoted(kind)}; {expected}";
    }

    private static YamlScalar? ReadText(YamlMapping document, ReadContext context, string field, string expected)
    {
        if (!document.TryGet(field, out var node))
            context.Field(field).Error(document, $"field {Quotation.Quoted(field)} is missing; expected {expected}");
        else if (node is YamlScalar { Type: ScalarType.String } text)
            return text;
        else
            context.Field(field).Error(node, $"{node.Description}; expected {expected}");
        return null;
    }
}
