using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>Node of v1: a machine of a cluster. No selector of any language selects nodes; the document is kept to be listed.</summary>
internal static class NodeReader
{
    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Kubernetes,
        ["v1"],
        "Node",
        IsNamespaced: false,
        NameRule.Subdomain,
        [Field.Others("what the cluster knows of the machine; name its addresses by a block, or run an agent on it")],
        static input => new InertResource(input.Key, input.Source));
}
