using EdgeAgent.Manifests.Calico;
using EdgeAgent.Manifests.Istio;
using EdgeAgent.Manifests.Kubernetes;

namespace EdgeAgent.Manifests;

/// <summary>The annotations that a reader of some kind looks at.</summary>
internal static class MeaningfulAnnotations
{
    /// <summary>Whether a reader looks at it.</summary>
    public static bool Contains(string key) =>
        key is IsolationAnnotation.Key or CalicoLabels.MetadataAnnotation or AuthorizationPolicyReader.DryRun
        || key.StartsWith(NamespaceSettingKeys.Prefix, StringComparison.Ordinal);
}
