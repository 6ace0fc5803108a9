using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>
/// EndpointSlice of discovery.k8s.io: where a Service without selector leads. One with a selector is asked for its workloads by label, so
/// that its slices say nothing new. Readiness does not count: whoever may call an endpoint may also find out that it is not ready.
/// </summary>
internal static class EndpointSliceReader
{
    private const string ServiceLabel = "kubernetes.io/service-name";
    private const string NotByPolicy = "how the cluster chooses among endpoints; not who may reach them";

    private static readonly Field<string> AddressType = Field.Required(
        "addressType", Values.OneOf(("IPv4", "IPv4"), ("IPv6", "IPv6"), ("FQDN", "FQDN")), "FQDN: names are not resolved; the slice has no endpoints here");

    private static readonly Field<IReadOnlyList<Located<string>>> Addresses = Field.Optional("addresses", new ListValue<string>(Values.Text), "all of them, ready or not");

    private static readonly Field<IReadOnlyList<Located<EndpointInput>>> Endpoints = Field.Optional(
        "endpoints",
        new ListValue<EndpointInput>(new ObjectValue<EndpointInput>("an endpoint with addresses", [Addresses, Field.Others(NotByPolicy)], static input => new(input.ReadList(Addresses)))),
        "what is behind the service");

    private static readonly Field<string> PortName = Field.Optional("name", Values.Text, "the name of the service's port that leads there");
    private static readonly Field<IpProtocol> PortProtocol = Field.Optional("protocol", NetworkValues.TransportProtocol, "absent is TCP");
    private static readonly Field<int> PortNumber = Field.Optional("port", NetworkValues.Port, "the endpoints' own number; absent is no port");

    private static readonly Field<IReadOnlyList<Located<PortInput>>> Ports = Field.Optional(
        "ports",
        new ListValue<PortInput>(new ObjectValue<PortInput>("a port with name, protocol and port", [PortName, PortProtocol, PortNumber, Field.Others("what is spoken there")], ReadPort)),
        "the ports of all its endpoints");

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Kubernetes,
        ["discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"],
        EndpointSliceResource.Kind,
        IsNamespaced: true,
        NameRule.Subdomain,
        [AddressType, Endpoints, Ports],
        Build);

    private sealed record EndpointInput(IReadOnlyList<Located<string>> Addresses);

    private sealed record PortInput(NamedPort? Port);

    private static EndpointSliceResource Build(ResourceInput input)
    {
        var type = input.Root.Read(AddressType);
        var addresses = input.Root.ReadList(Endpoints).SelectMany(endpoint => endpoint.Value.Addresses).ToList();
        if (type == "FQDN" && addresses.Count > 0)
            input.Root.Warning(AddressType, "FQDN: names are not resolved, so the slice has no endpoints here; expected their addresses in a slice of type IPv4 or IPv6");
        var name = input.Metadata.WrittenLabel(ServiceLabel)?.Value ?? "";
        if (name.Length == 0)
            input.Root.Warning(KindReader.MetadataField, $"the slice has no label {ServiceLabel}, so it is behind no Service; expected the Service's name there");
        return new(input.Key, input.Source)
        {
            Service = name,
            Addresses = type is null or "FQDN" ? [] : addresses.Select(Read).OfType<IpAddress>().Distinct().Select(Cidr.Single).ToEquatableArray(),
            Ports = input.Root.ReadList(Ports).Select(port => port.Value.Port).OfType<NamedPort>().ToEquatableArray(),
        };
    }

    private static IpAddress? Read(Located<string> address) =>
        NetworkValues.Address.TryRead(address.Node, address.Context, out var read) ? read : null;

    private static PortInput ReadPort(ObjectInput input)
    {
        var (name, protocol) = (input.Read(PortName) ?? "", input.ReadValue(PortProtocol) ?? IpProtocol.Tcp);
        return new(input.TryRead(PortNumber, out var number) ? new NamedPort(name, protocol, (ushort)number) : null);
    }
}
