using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>ServiceAccount of v1: an account that pods act as. Principals come from the pods, which name their accounts; the document itself is kept to be listed.</summary>
internal static class ServiceAccountReader
{
    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Kubernetes,
        ["v1"],
        "ServiceAccount",
        IsNamespaced: true,
        NameRule.Subdomain,
        [Field.Others("secrets and settings of the account")],
        static input => new InertResource(input.Key, input.Source));
}
