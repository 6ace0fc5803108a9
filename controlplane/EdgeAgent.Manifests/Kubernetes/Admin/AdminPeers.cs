using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Documents;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes.Admin;

/// <summary>Subjects and peers of cluster-wide policies (policy.networking.k8s.io): exactly one field each.</summary>
internal static class AdminPeers
{
    private const string FirstAlpha = "it belongs to the first alpha version, which no API server serves any more; expected a label selector (matchLabels, matchExpressions) instead";

    private static readonly Field[] OfFirstAlpha =
        [Field.Refused("sameLabels", FirstAlpha), Field.Refused("notSameLabels", FirstAlpha), Field.Refused("namespaceSelector", FirstAlpha)];

    private static readonly Field<Selector> NamespaceSelector = Field.Required("namespaceSelector", LabelSelectors.Type, "{} is every namespace");
    private static readonly Field<Selector> PodSelector = Field.Required("podSelector", LabelSelectors.Type, "{} is every host of these namespaces");

    private static readonly Field<Selector> Namespaces = Field.Optional("namespaces", LabelSelectors.With(OfFirstAlpha), "every host of the namespaces with these labels");

    private static readonly Field<EndpointMatch> Pods = Field.Optional(
        "pods",
        new ObjectValue<EndpointMatch>(
            "namespaceSelector and podSelector", [NamespaceSelector, PodSelector, Field.Refused("namespaces", FirstAlpha)], static input => new EndpointMatch
            {
                NamespaceSelector = input.Read(NamespaceSelector) ?? Selector.All,
                Selector = input.Read(PodSelector) ?? Selector.All,
                WorkloadsOnly = true,
            }),
        "hosts by label, in the namespaces with these labels");

    private static readonly Field<IReadOnlyList<Located<Cidr>>> Networks = Field.Optional(
        "networks", new ListValue<Cidr>(NetworkValues.Block, 1, 25), "address blocks; also denote the hosts whose address lies in them");

    private static readonly Field Nodes = Field.Refused("nodes", "hosts have no nodes; expected networks with the nodes' addresses");

    private static readonly Field DomainNames = Field.Refused("domainNames", "names are not resolved for this kind; expected networks with their addresses, or a BookendPolicy with domains");

    /// <summary>Whom a policy is about.</summary>
    public static ValueType<PeerMatch> Subject { get; } = Type("a subject with namespaces or pods", Namespaces, Pods);

    /// <summary>A source.</summary>
    public static ValueType<PeerMatch> Source { get; } = Type("a peer with namespaces or pods", Namespaces, Pods);

    /// <summary>A destination.</summary>
    public static ValueType<PeerMatch> Destination { get; } = Type("a peer with namespaces, pods or networks", Namespaces, Pods, Networks, Nodes, DomainNames);

    private static ObjectValue<PeerMatch> Type(string name, params Field[] fields) => new(name, fields, input => Build(input, name));

    private static PeerMatch? Build(ObjectInput input, string name)
    {
        var present = input.Mapping.Entries.Count(entry => !entry.Value.IsNull);
        if (present != 1)
            input.Error($"{(present == 0 ? "none" : "more than one")} of the fields is there; expected {name}, exactly one of them");
        if (input.Read(Namespaces) is { } namespaces)
            return PeerMatch.Of(new EndpointMatch { NamespaceSelector = namespaces, WorkloadsOnly = true });
        if (input.Read(Pods) is { } pods)
            return PeerMatch.Of(pods);
        var networks = input.ReadList(Networks);
        return networks.Count == 0 ? null : PeerMatch.Of(networks.Select(network => network.Value).ToEquatableArray());
    }
}
