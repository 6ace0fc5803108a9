using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Calico;

/// <summary>The source or destination of a rule (EntityRule), before it is known which namespace the policy is in.</summary>
internal sealed record EntityRule(
    Selector? Selector,
    Selector? NotSelector,
    Selector? NamespaceSelector,
    EquatableArray<string> ServiceAccounts,
    IReadOnlyList<Located<Cidr>> Nets,
    IReadOnlyList<Located<Cidr>> NotNets,
    IReadOnlyList<Located<PortMatch>> Ports,
    IReadOnlyList<Located<PortMatch>> NotPorts,
    ServiceName? Service)
{
    private static readonly Field<GivenSelector> SelectorField = Field.Optional(
        "selector", CalicoValues.Selector, "endpoints by label, in the policy's namespace unless namespaceSelector is there");

    private static readonly Field<GivenSelector> NotSelectorField = Field.Optional(
        "notSelector", CalicoValues.Selector, "not these endpoints; addresses that no endpoint has match");

    private static readonly Field<GivenSelector> NamespaceSelectorField = Field.Optional(
        "namespaceSelector", CalicoValues.NamespaceSelector, "endpoints of the namespaces with these labels; all() for any namespace, global() for what is in none");

    private static readonly Field<IReadOnlyList<Located<string>>> Names = Field.Optional("names", new ListValue<string>(Values.Text), "one of them");

    private static readonly Field<ServiceAccountMatch> ServiceAccountsField = Field.Optional(
        "serviceAccounts",
        new ObjectValue<ServiceAccountMatch>(
            "names of service accounts",
            [Names, Field.Refused("selector", "labels of service accounts are not known here; expected their names", harmless: "")],
            static input => new(input.ReadList(Names).Select(name => name.Value).ToEquatableArray())),
        "endpoints that act as one of these accounts (through WorkloadEntry)");

    private static readonly Field<IReadOnlyList<Located<Cidr>>> NetsField = Field.Optional(
        "nets", new ListValue<Cidr>(NetworkValues.BlockOrAddress, atMost: 256), "address blocks; also denote the hosts whose address lies in them");

    private static readonly Field<IReadOnlyList<Located<Cidr>>> NotNetsField = Field.Optional(
        "notNets", new ListValue<Cidr>(NetworkValues.BlockOrAddress, atMost: 256), "not these blocks; limits the rule to the families that it names");

    private static readonly Field<IReadOnlyList<Located<PortMatch>>> PortsField = Field.Optional(
        "ports", new ListValue<PortMatch>(CalicoValues.Port, atMost: 50), "one of them; numbers need a protocol");

    private static readonly Field<IReadOnlyList<Located<PortMatch>>> NotPortsField = Field.Optional(
        "notPorts", new ListValue<PortMatch>(CalicoValues.Port, atMost: 50), "none of them; numbers need a protocol");

    private static readonly Field<string> ServiceNameField = Field.Required("name", Values.TextWhere(NameSyntax.LabelName, static text => NameSyntax.IsLabel(text)), "the Service");
    private static readonly Field<string> ServiceNamespaceField = Field.Optional(
        "namespace", Values.TextWhere(NameSyntax.LabelName, static text => NameSyntax.IsLabel(text)), "absent is the policy's; a global policy must say it");

    private static readonly Field<ServiceName> ServicesField = Field.Optional(
        "services",
        new ObjectValue<ServiceName>(
            "a Service with name and namespace",
            [ServiceNameField, ServiceNamespaceField],
            static input => input.Read(ServiceNameField) is { } name ? new(input.Read(ServiceNamespaceField) ?? "", name) : null),
        "alone in its source (ingress) or destination (egress): the endpoints behind the Service; in egress, on the ports that it leads to");

    /// <summary>No condition.</summary>
    public static EntityRule None { get; } = new(null, null, null, [], [], [], [], [], null);

    /// <summary>A source or destination.</summary>
    public static ValueType<EntityRule> Type { get; } = new ObjectValue<EntityRule>(
        "a source or destination with selector, nets, ports and their negations",
        [SelectorField, NotSelectorField, NamespaceSelectorField, ServiceAccountsField, NetsField, NotNetsField, PortsField, NotPortsField, ServicesField],
        Build);

    private sealed record ServiceAccountMatch(EquatableArray<string> Names);

    /// <summary>The condition on the address; null for none. A namespaced policy stays within its namespace as soon as it selects at all.</summary>
    public PeerMatch? ToMatch(string policyNamespace)
    {
        var selects = Selector is not null || NamespaceSelector is not null || !ServiceAccounts.IsEmpty;
        var match = new PeerMatch
        {
            Endpoints = selects || (NotSelector is not null && policyNamespace.Length > 0)
                ? new EndpointMatch
                {
                    Namespace = NamespaceSelector is null && policyNamespace.Length > 0 ? policyNamespace : null,
                    NamespaceSelector = NamespaceSelector,
                    Selector = Selector ?? Policy.Selector.All,
                    ServiceAccounts = ServiceAccounts,
                }
                : null,
            NotEndpoints = NotSelector is null ? null : new EndpointMatch { Selector = NotSelector },
            Nets = Nets.Select(net => net.Value).ToEquatableArray(),
            NotNets = NotNets.Select(net => net.Value).ToEquatableArray(),
        };
        return match.IsAny ? null : match;
    }

    /// <summary>Joins ports that one of them must match; null for no condition.</summary>
    public static PortMatch? Join(IReadOnlyList<Located<PortMatch>> ports) => ports.Count == 0
        ? null
        : new(ports.SelectMany(port => port.Value.Ranges).ToEquatableArray(), ports.SelectMany(port => port.Value.Names).ToEquatableArray());

    private static EntityRule Build(ObjectInput input)
    {
        foreach (var other in (Field[])[SelectorField, NotSelectorField, NamespaceSelectorField, ServiceAccountsField, NetsField, NotNetsField, PortsField, NotPortsField])
        {
            if (input.Has(ServicesField) && input.Has(other))
                input.Error(other, $"{other.Name} stands beside services; expected services alone");
        }

        return Read(input);
    }

    private static EntityRule Read(ObjectInput input) => new(
        input.Read(SelectorField)?.Selector,
        input.Read(NotSelectorField)?.Selector,
        input.Read(NamespaceSelectorField)?.Selector,
        input.Read(ServiceAccountsField)?.Names ?? [],
        input.ReadList(NetsField),
        input.ReadList(NotNetsField),
        input.ReadList(PortsField),
        input.ReadList(NotPortsField),
        input.Read(ServicesField));
}

/// <summary>A Service that a rule names.</summary>
/// <param name="Namespace">Its namespace; empty for the policy's.</param>
/// <param name="Name">Its name.</param>
internal sealed record ServiceName(string Namespace, string Name);
