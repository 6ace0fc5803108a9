using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>Service of v1: the hosts behind its selector, and their target ports.</summary>
internal static class ServiceReader
{
    private const string NoPolicy = "how the cluster reaches the service; policy is about the hosts behind it";

    private static readonly Field<string> PortNameField = Field.Optional(
        "name", Values.TextWhere(NameSyntax.LabelName, static text => NameSyntax.IsLabel(text)), "required where there are several ports");

    private static readonly Field<IpProtocol> Protocol = Field.Optional("protocol", NetworkValues.TransportProtocol, "absent is TCP");
    private static readonly Field<int> Port = Field.Required("port", NetworkValues.Port, "the service's own port; never opened on a host");
    private static readonly Field<NumberOrName> TargetPortField = Field.Optional("targetPort", NetworkValues.PortOrName, "the hosts' port; absent is port");

    private static readonly Field<IReadOnlyList<Located<ServicePortInput>>> Ports = Field.Optional(
        "ports",
        new ListValue<ServicePortInput>(new ObjectValue<ServicePortInput>(
            "a service port with name, protocol, port and targetPort",
            [PortNameField, Protocol, Port, TargetPortField, Field.Ignored("nodePort", NoPolicy), Field.Ignored("appProtocol", "what is spoken there")],
            ReadPort)),
        "at least one, but for a headless or external service");

    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> SelectorField = Field.Optional(
        "selector", MapValue.Labels, "the hosts of the namespace behind the service; absent or empty is none");

    private static readonly Field<string> Type = Field.Optional(
        "type",
        Values.OneOf(("ClusterIP", "ClusterIP"), ("NodePort", "NodePort"), ("LoadBalancer", "LoadBalancer"), ("ExternalName", "ExternalName")),
        "ExternalName has no hosts behind it; the others are alike");

    private static readonly Field<SpecInput> Spec = Field.Required(
        "spec",
        new ObjectValue<SpecInput>(
            "the spec of a Service",
            [
                SelectorField, Ports, Type,
                .. new[]
                {
                    "clusterIP", "clusterIPs", "externalIPs", "externalName", "sessionAffinity", "sessionAffinityConfig", "ipFamilies", "ipFamilyPolicy",
                    "internalTrafficPolicy", "externalTrafficPolicy", "loadBalancerIP", "loadBalancerClass", "loadBalancerSourceRanges",
                    "allocateLoadBalancerNodePorts", "healthCheckNodePort", "publishNotReadyAddresses", "trafficDistribution",
                }.Select(name => Field.Ignored(name, NoPolicy)),
            ],
            ReadSpec),
        "what is behind the service");

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Kubernetes,
        ["v1"],
        ServiceResource.Kind,
        IsNamespaced: true,
        NameRule.Label,
        [Spec, Field.Ignored("status", "what an API server reports")],
        static input => input.Root.Read(Spec) is { } spec
            ? new ServiceResource(input.Key, input.Source) { Selector = spec.Selector, IsExternal = spec.IsExternal, Ports = spec.Ports.ToEquatableArray() }
            : null);

    private sealed record SpecInput(Selector? Selector, bool IsExternal, IReadOnlyList<ServicePort> Ports);

    private sealed record ServicePortInput(ServicePort Port);

    private static SpecInput ReadSpec(ObjectInput input)
    {
        var ports = input.ReadList(Ports);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new HashSet<(IpProtocol, ushort)>();
        foreach (var (value, node, context) in ports)
        {
            var port = value.Port;
            if (ports.Count > 1 && port.Name.Length == 0)
                context.Field(PortNameField.Name).Error(node, "the port has no name; expected one, since the service has several ports");
            else if (!names.Add(port.Name))
                context.Field(PortNameField.Name).Error(node, $"name '{port.Name}' comes twice; expected different names");
            if (!numbers.Add((port.Protocol, port.Port)))
                context.Error(node, $"port {port.Protocol}/{port.Port} comes twice; expected each once");
        }

        var isExternal = input.Read(Type) == "ExternalName";
        var labels = isExternal ? LabelSet.Empty : MapValue.ToLabels(input.Read(SelectorField));
        var selector = labels.Count == 0 ? null : Selector.And([.. labels.Select(label => Selector.Equal(label.Key, label.Value))]);
        return new(selector, isExternal, [.. ports.Select(port => port.Value.Port)]);
    }

    private static ServicePortInput? ReadPort(ObjectInput input)
    {
        var name = input.Read(PortNameField) ?? "";
        var protocol = input.ReadValue(Protocol) ?? IpProtocol.Tcp;
        var target = input.ReadValue(TargetPortField);
        if (!input.TryRead(Port, out var port))
            return null;
        var targetPort = target is { } given ? new TargetPort(given.Number, given.Name) : new TargetPort((ushort)port, "");
        return new(new(name, protocol, (ushort)port, targetPort));
    }
}
