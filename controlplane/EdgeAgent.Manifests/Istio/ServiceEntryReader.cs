using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>ServiceEntry of networking.istio.io: a service that no Service document describes.</summary>
internal static class ServiceEntryReader
{
    private static readonly Field<IReadOnlyList<Located<string>>> Hosts = Field.Required(
        "hosts", new ListValue<string>(IstioValues.HostPattern, atLeast: 1), "the names that clients call it by").Derived();

    private static readonly Field<IReadOnlyList<Located<Cidr>>> Addresses = Field.Optional(
        "addresses", new ListValue<Cidr>(NetworkValues.BlockOrAddress), "where clients connect to, where endpoints are absent").Derived();

    private static readonly Field<int> Number = Field.Required("number", NetworkValues.Port, "the service's own port").Derived();
    private static readonly Field<string> PortName = Field.Optional("name", Values.Text, "the port's name").Derived();
    private static readonly Field<int> TargetPortField = Field.Optional("targetPort", NetworkValues.Port, "the workload's port; absent is number").Derived();

    private static readonly Field<IpProtocol> Protocol = Field.Optional(
        "protocol",
        Values.OneOf([.. new[] { "HTTP", "HTTPS", "GRPC", "GRPC-WEB", "HTTP2", "MONGO", "MYSQL", "REDIS", "TCP", "TLS" }.Select(name => (name, IpProtocol.Tcp)), ("UDP", IpProtocol.Udp)]),
        "all but UDP are TCP at L4").Derived();

    private static readonly Field<IReadOnlyList<Located<PortInput>>> Ports = Field.Optional(
        "ports", new ListValue<PortInput>(new ObjectValue<PortInput>("a port with number, name, protocol and targetPort", [Number, PortName, Protocol, TargetPortField], ReadPort)), "its ports").Derived();

    private static readonly Field<ServiceResolution> Resolution = Field.Optional(
        "resolution",
        Values.OneOf(("NONE", ServiceResolution.None), ("STATIC", ServiceResolution.Static), ("DNS", ServiceResolution.Dns), ("DNS_ROUND_ROBIN", ServiceResolution.Dns), ("DYNAMIC_DNS", ServiceResolution.Dns)),
        "how clients find endpoints; absent is NONE").Derived();

    private static readonly Field<IReadOnlyList<Located<WorkloadSpec>>> Endpoints = Field.Optional("endpoints", new ListValue<WorkloadSpec>(WorkloadSpec.Type), "its endpoints").Derived();
    private static readonly Field<LabelSelection> WorkloadSelector = IstioValues.Selection("workloadSelector", "labels", "its endpoints by label: hosts and mesh workloads of its namespace");

    private static readonly Field<ServiceEntryResource> Spec = Field.Required(
        "spec",
        new ObjectValue<ServiceEntryResource>(
            "the spec of a ServiceEntry",
            [
                Hosts, Addresses, Ports, Resolution, Endpoints, WorkloadSelector, IstioValues.ExportTo,
                Field.Ignored("location", "inside or outside the mesh; changes nothing at L4"),
                Field.Ignored("subjectAltNames", "names in certificates"),
            ],
            ReadSpec),
        "which service").Derived();

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Istio,
        IstioKinds.Networking,
        ServiceEntryResource.Kind,
        IsNamespaced: true,
        NameRule.Subdomain,
        [Spec, IstioKinds.Status],
        static input => input.Root.Read(Spec) is { } spec ? spec with { Key = input.Key, Source = input.Source } : null);

    private sealed record PortInput(ServicePort Port, bool IsPlainTcp);

    private static ServiceEntryResource ReadSpec(ObjectInput input)
    {
        var (addresses, ports) = (input.ReadList(Addresses), input.ReadList(Ports));
        var (endpoints, selector) = (input.ReadList(Endpoints), input.Read(WorkloadSelector));
        var resolution = input.ReadValue(Resolution) ?? ServiceResolution.None;
        if (endpoints.Count > 0 && selector is not null)
            input.Error(WorkloadSelector, "workloadSelector stands beside endpoints; expected one of the two");
        if (resolution == ServiceResolution.None && endpoints.Count > 0)
            input.Error(Resolution, "resolution NONE with endpoints; expected STATIC or DNS, or no endpoints");
        if (resolution == ServiceResolution.None && addresses.Count == 0 && selector is null && ports.Any(port => port.Value.IsPlainTcp))
            input.Error(Addresses, "resolution NONE with a TCP port and no addresses would open the port to every address; expected addresses");
        return new(default, input.Position)
        {
            Hosts = input.ReadList(Hosts).Texts(),
            Addresses = addresses.Select(address => address.Value).ToEquatableArray(),
            Ports = ports.Select(port => port.Value.Port).ToEquatableArray(),
            Resolution = resolution,
            Endpoints = endpoints.Select(endpoint => endpoint.Value).Select(endpoint => new ServiceEndpoint(
                endpoint.Address, endpoint.DnsName, endpoint.Ports.Select(port => new EndpointPort(port.Name, port.Port)).ToEquatableArray(), endpoint.Labels)).ToEquatableArray(),
            WorkloadSelector = selector?.Labels,
            ExportTo = input.ReadList(IstioValues.ExportTo).Texts(),
        };
    }

    private static PortInput? ReadPort(ObjectInput input)
    {
        var (name, protocol, target) = (input.Read(PortName) ?? "", input.ReadValue(Protocol) ?? IpProtocol.Tcp, input.ReadValue(TargetPortField));
        var isPlain = input.Mapping.TryGet(Protocol.Name, out var node) && node is Documents.YamlScalar { Text: "TCP" or "MONGO" or "MYSQL" or "REDIS" };
        return input.TryRead(Number, out var number) ? new(new(name, protocol, (ushort)number, new((ushort)(target ?? 0), "")), isPlain || node is null) : null;
    }
}
