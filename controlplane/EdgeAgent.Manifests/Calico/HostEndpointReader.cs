using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Calico;

/// <summary>HostEndpoint: a host without namespace, which denies what no policy decides.</summary>
internal static class HostEndpointReader
{
    private const string DefaultAllow = "projectcalico-default-allow";
    private const string Wildcard = "*";

    private static readonly ValueType<string> Name = Values.TextWhere(NameSyntax.SubdomainName, static text => NameSyntax.IsSubdomain(text));

    private static readonly Field<IReadOnlyList<Located<IpAddress>>> ExpectedIPs = Field.Optional(
        "expectedIPs", new ListValue<IpAddress>(NetworkValues.Address), "the host's addresses; no other host may have them");

    private static readonly Field<IReadOnlyList<Located<string>>> Profiles = Field.Optional(
        "profiles", new ListValue<string>(Name), $"what decides where no policy does: {DefaultAllow} allows; any other, and none, denies");

    private static readonly Field<string> PortName = Field.Required("name", NetworkValues.PortName, "what rules call it");
    private static readonly Field<IpProtocol> PortProtocol = Field.Required("protocol", CalicoValues.Protocol, "TCP, UDP or SCTP");
    private static readonly Field<int> PortNumber = Field.Required("port", NetworkValues.Port, "the number");

    private static readonly Field<IReadOnlyList<Located<PortInput>>> Ports = Field.Optional(
        "ports", new ListValue<PortInput>(new ObjectValue<PortInput>("a port with name, protocol and port", [PortName, PortProtocol, PortNumber], ReadPort)), "ports that rules may name");

    private static readonly Field<string> Node = Field.Optional(
        "node", Name, "with interfaceName: the Host or HostEndpoint of this name enforces it; without one of the name, the endpoint is a host by itself");

    private static readonly Field<string> InterfaceName = Field.Optional(
        "interfaceName", Values.TextWhere("* or an interface's name of 1 to 15 letters, digits, - _ .", static text => text == Wildcard || InterfaceMatch.IsName(text)),
        "the interface that policy holds on at the host; * for all that no other endpoint of the node names");

    private static readonly Field<SpecInput> Spec = Field.Required(
        "spec",
        new ObjectValue<SpecInput>(
            "the spec of a HostEndpoint",
            [ExpectedIPs, Ports, Profiles, Node, InterfaceName],
            static input => new(input)),
        "where the host is reached");

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = CalicoKinds.Kind("HostEndpoint", isNamespaced: false, NameRule.Subdomain, [Spec], static input =>
        input.Root.Read(Spec) is { } spec ? Build(input, spec.Input) : null);

    private sealed record PortInput(NamedPort Port);

    private static EndpointResource Build(ResourceInput input, ObjectInput spec)
    {
        if (!spec.Has(ExpectedIPs))
            spec.Context.Warning(spec.Mapping, "the endpoint has no expectedIPs, so no other host enforces its half of a flow; expected the host's addresses");
        var profiles = spec.ReadList(Profiles);
        foreach (var (profile, node, context) in profiles.Where(profile => profile.Value != DefaultAllow))
            context.Warning(node, $"profile {Quotation.Quoted(profile)} is not known and denies what no policy decides");
        return new(input.Key, input.Source)
        {
            Nature = EndpointNature.HostEndpoint,
            IsManaged = true,
            Labels = CalicoLabels.Of(input),
            Addresses = EndpointAddresses.Of(spec.ReadList(ExpectedIPs)),
            Ports = spec.ReadList(Ports).Select(port => port.Value.Port).ToEquatableArray(),
            Undecided = profiles is [{ Value: DefaultAllow }, ..] ? UndecidedTraffic.Allow : UndecidedTraffic.Deny,
            Binding = spec.Read(InterfaceName) is { } name ? new(spec.Read(Node) ?? input.Key.Name, name == Wildcard ? null : name) : null,
        };
    }

    private static PortInput? ReadPort(ObjectInput input)
    {
        var (name, protocol) = (input.Read(PortName), input.ReadValue(PortProtocol));
        if (protocol is { HasPorts: false })
            input.Error(PortProtocol, $"{protocol} has no ports; expected TCP, UDP or SCTP");
        return input.TryRead(PortNumber, out var port) && name is not null && protocol is { } given ? new(new NamedPort(name, given, (ushort)port)) : null;
    }
}
