using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Istio;

/// <summary>WorkloadEntry of networking.istio.io: a workload of the mesh; at the address of a host, that host's identity.</summary>
internal static class WorkloadEntryReader
{
    private static readonly Field<WorkloadSpec> Spec = Field.Required("spec", WorkloadSpec.Type, "where the workload is, and who").Derived();

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Istio,
        IstioKinds.Networking,
        "WorkloadEntry",
        IsNamespaced: true,
        NameRule.Subdomain,
        [Spec, IstioKinds.Status],
        static input => input.Root.Read(Spec) is { } spec ? ToEndpoint(input, spec) : null);

    private static EndpointResource ToEndpoint(ResourceInput input, WorkloadSpec spec) => new(input.Key, input.Source)
    {
        Nature = EndpointNature.Workload,
        Labels = LabelSet.Of(input.Metadata.Labels.Concat(spec.Labels)),
        Addresses = spec.Address is { } address ? [Cidr.Single(address)] : [],
        Ports = spec.Ports,
        RenumbersServicePorts = true,
        ServiceAccount = spec.ServiceAccount,
    };
}
