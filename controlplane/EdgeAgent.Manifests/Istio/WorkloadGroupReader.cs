using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>WorkloadGroup of networking.istio.io: what the workloads with its labels have in common.</summary>
internal static class WorkloadGroupReader
{
    private static readonly Field<WorkloadSpec> Template = Field.Optional(
        "template", WorkloadSpec.Type, "ports and serviceAccount of its workloads, where no WorkloadEntry says otherwise; an address has no meaning").Derived();

    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> Labels = IstioValues.Labels("labels", "its workloads are the hosts of its namespace with these labels, and those of the template");

    private static readonly Field<LabelSelection> Metadata = Field.Optional(
        "metadata",
        new ObjectValue<LabelSelection>("an object with labels", [Labels, Field.Ignored("annotations", "of the entries")], static input => new(MapValue.ToLabels(input.Read(Labels)))),
        "of its workloads").Derived();

    private static readonly Field<Group> Spec = Field.Required(
        "spec",
        new ObjectValue<Group>("the spec of a WorkloadGroup", [Metadata, Template, Field.Ignored("probe", "how istiod asks for health")], Read),
        "which workloads, and what they have in common").Derived();

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Istio,
        IstioKinds.Networking,
        WorkloadGroupResource.Kind,
        IsNamespaced: true,
        NameRule.Subdomain,
        [Spec, IstioKinds.Status],
        static input => input.Root.Read(Spec) is { } group
            ? new WorkloadGroupResource(input.Key, input.Source) { Labels = group.Labels, Ports = group.Template?.Ports ?? [], ServiceAccount = group.Template?.ServiceAccount ?? "" }
            : null);

    private sealed record Group(LabelSet Labels, WorkloadSpec? Template);

    private static Group Read(ObjectInput input)
    {
        var template = input.Read(Template);
        var labels = LabelSet.Of((input.Read(Metadata)?.Labels ?? LabelSet.Empty).Concat(template?.Labels ?? LabelSet.Empty));
        if (labels.Count == 0)
            input.Context.Warning(input.Mapping, "the group has no labels, so that no host is one of its workloads; expected metadata.labels");
        return new(labels, template);
    }
}
