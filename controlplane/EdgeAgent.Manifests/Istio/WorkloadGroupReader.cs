using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>WorkloadGroup of networking.istio.io: the template of entries that istiod makes when a workload registers.</summary>
internal static class WorkloadGroupReader
{
    private static readonly Field<WorkloadSpec> Template = Field.Checked("template", WorkloadSpec.Type, "what the entries of its workloads will say");

    private static readonly Field<WorkloadSpec> Spec = Field.Checked(
        "spec",
        new ObjectValue<WorkloadSpec>("the spec of a WorkloadGroup", [Template, Field.Ignored("metadata", "of the entries"), Field.Ignored("probe", "how istiod asks for health")], Read),
        "a template alone names no workload");

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Istio,
        IstioKinds.Networking,
        "WorkloadGroup",
        IsNamespaced: true,
        NameRule.Subdomain,
        [Spec, IstioKinds.Status],
        static input =>
        {
            input.Root.Read(Spec);
            return new InertResource(input.Key, input.Source);
        });

    private static WorkloadSpec? Read(ObjectInput input)
    {
        var template = input.Read(Template);
        input.Warning(Template, "a WorkloadGroup is a template: ports and accounts count where a WorkloadEntry says them");
        return template;
    }
}
