using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>NetworkPolicy of networking.k8s.io/v1 and of its predecessor extensions/v1beta1, which has the same fields.</summary>
internal static class NetworkPolicyReader
{
    private static readonly Field<NetworkPolicySpec> Spec = Field.Required("spec", NetworkPolicySpec.Type, "whom it selects, and what it grants");

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Kubernetes,
        ["networking.k8s.io/v1", "extensions/v1beta1"],
        "NetworkPolicy",
        IsNamespaced: true,
        NameRule.Subdomain,
        [Spec, Field.Ignored("status", "what an API server reports")],
        static input => input.Root.Read(Spec)?.ToPolicy(input.Key, input.Source, PolicyMode.Enforce));
}
