using EdgeAgent.Manifests.Kubernetes.Admin;
using EdgeAgent.Manifests.Resources;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>The kinds of Kubernetes.</summary>
internal static class KubernetesKinds
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<KindReader> All { get; } =
    [
        NamespaceReader.Kind,
        ServiceReader.Kind,
        PodReader.Kind,
        EndpointSliceReader.Kind,
        ServiceAccountReader.Kind,
        NodeReader.Kind,
        NetworkPolicyReader.Kind,
        AdminNetworkPolicyReader.Admin,
        AdminNetworkPolicyReader.Baseline,
        AdminNetworkPolicyReader.Cluster,
    ];
}
