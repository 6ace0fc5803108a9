using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>A peer of a NetworkPolicy's rule, before it is known which namespace the policy is in.</summary>
/// <param name="Pods">What the endpoint's labels must satisfy.</param>
/// <param name="Namespaces">What the labels of its namespace must satisfy; null for the policy's namespace.</param>
/// <param name="Block">A block instead.</param>
internal sealed record NetworkPolicyPeer(Selector? Pods, Selector? Namespaces, PeerMatch? Block)
{
    private static readonly Field<Selector> PodSelector = Field.Optional(
        "podSelector", LabelSelectors.Type, "hosts of the policy's namespace, or of those that namespaceSelector selects");

    private static readonly Field<Selector> NamespaceSelector = Field.Optional("namespaceSelector", LabelSelectors.Type, "hosts of these namespaces");
    private static readonly Field<PeerMatch> IpBlock = Field.Optional("ipBlock", IpBlocks.Type, "alone in its peer");

    /// <summary>A peer.</summary>
    public static ValueType<NetworkPolicyPeer> Type { get; } = new ObjectValue<NetworkPolicyPeer>(
        "a peer with podSelector, namespaceSelector or ipBlock", [PodSelector, NamespaceSelector, IpBlock], Build);

    /// <summary>The peer as a match.</summary>
    public PeerMatch In(string policyNamespace) => Block ?? PeerMatch.Of(new EndpointMatch
    {
        Namespace = Namespaces is null ? policyNamespace : null,
        NamespaceSelector = Namespaces,
        Selector = Pods ?? Selector.All,
        WorkloadsOnly = true,
    });

    private static NetworkPolicyPeer? Build(ObjectInput input)
    {
        var hasSelector = input.Has(PodSelector) || input.Has(NamespaceSelector);
        if (!hasSelector && !input.Has(IpBlock))
            input.Error("the peer is empty; expected podSelector, namespaceSelector or ipBlock (leave the whole list out to mean everybody)");
        if (hasSelector && input.Has(IpBlock))
            input.Error(IpBlock, "ipBlock stands beside a selector; expected it in a peer of its own");
        var peer = new NetworkPolicyPeer(input.Read(PodSelector), input.Read(NamespaceSelector), input.Read(IpBlock));
        return peer is { Pods: null, Namespaces: null, Block: null } ? null : peer;
    }
}
