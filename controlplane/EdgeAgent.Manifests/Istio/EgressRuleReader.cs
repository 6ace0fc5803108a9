using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>EgressRule of config.istio.io/v1alpha2: a service outside the mesh, by name or by addresses.</summary>
internal static class EgressRuleReader
{
    private static readonly Field<string> Service = Field.Required("service", Values.Text, "a host name, a pattern such as *.example.com, or a block of addresses").Derived();

    private static readonly Field<Target> Destination = Field.Required(
        "destination", new ObjectValue<Target>("a destination with service", [Service], static input => input.Read(Service) is { } service ? new(service) : null), "the outside service").Derived();

    private static readonly Field<int> Port = Field.Required("port", NetworkValues.Port, "the port").Derived();
    private static readonly Field<string> Protocol = Field.Optional("protocol", Values.Text, "what is spoken there; all of it over TCP");

    private static readonly Field<IReadOnlyList<Located<ServicePortInput>>> Ports = Field.Required(
        "ports",
        new ListValue<ServicePortInput>(new ObjectValue<ServicePortInput>("a port with port and protocol", [Port, Protocol], ReadPort), atLeast: 1),
        "the ports that are called").Derived();

    private static readonly Field<Spec> SpecField = Field.Required(
        "spec",
        new ObjectValue<Spec>("the spec of an EgressRule", [Destination, Ports, Field.Ignored("useEgressProxy", "how the proxy leads it out")], ReadSpec),
        "what is called").Derived();

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Istio,
        IstioKinds.FirstGeneration,
        ServiceEntryResource.EgressRuleKind,
        IsNamespaced: true,
        NameRule.Subdomain,
        [SpecField, IstioKinds.Status],
        static input => input.Root.Read(SpecField) is { } spec
            ? new ServiceEntryResource(input.Key, input.Source)
            {
                Hosts = [spec.Service],
                Addresses = spec.Block is { } block ? [block] : [],
                Resolution = spec.Block is null ? ServiceResolution.Dns : ServiceResolution.None,
                Ports = spec.Ports,
            }
            : null);

    private sealed record Target(string Service);

    private sealed record ServicePortInput(ServicePort Port);

    private sealed record Spec(string Service, Cidr? Block, EquatableArray<ServicePort> Ports);

    private static Spec? ReadSpec(ObjectInput input)
    {
        var (destination, ports) = (input.Read(Destination), input.ReadList(Ports));
        if (destination is null)
            return null;
        var isBlock = Cidr.TryParse(destination.Service, out var block, out _);
        if (!isBlock && destination.Service != "*" && !IstioValues.IsHostName(destination.Service.StartsWith("*.", StringComparison.Ordinal) ? destination.Service[2..] : destination.Service))
            input.Error(Destination, $"service '{destination.Service}'; expected a host name, a pattern such as *.example.com, or a block of addresses");
        return new(destination.Service, isBlock ? block : null, ports.Select(port => port.Value.Port).ToEquatableArray());
    }

    private static ServicePortInput? ReadPort(ObjectInput input)
    {
        input.Read(Protocol);
        return input.TryRead(Port, out var port) ? new(new("", IpProtocol.Tcp, (ushort)port, default)) : null;
    }
}
