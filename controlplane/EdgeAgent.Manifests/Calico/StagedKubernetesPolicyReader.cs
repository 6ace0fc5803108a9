using EdgeAgent.Manifests.Kubernetes;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Calico;

/// <summary>StagedKubernetesNetworkPolicy: a Kubernetes NetworkPolicy that is counted and never enforced.</summary>
internal static class StagedKubernetesPolicyReader
{
    private static readonly Field<SpecInput> Spec = Field.Required(
        "spec",
        new ObjectValue<SpecInput>("the spec of a StagedKubernetesNetworkPolicy", [StagedActions.Field, .. NetworkPolicySpec.Fields], static input => new(input)),
        "whom it is about, and what it grants");

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = CalicoKinds.Kind("StagedKubernetesNetworkPolicy", isNamespaced: true, NameRule.Subdomain, [Spec], static input =>
    {
        if (input.Root.Read(Spec) is not { Input: var spec })
            return null;
        return StagedActions.CountsRules(spec)
            ? NetworkPolicySpec.Build(spec).ToPolicy(input.Key, input.Source, PolicyMode.Audit)
            : new PolicyResource(input.Key, input.Source) { Order = BuiltInTiers.KubernetesOrder, Mode = PolicyMode.Audit };
    });
}
