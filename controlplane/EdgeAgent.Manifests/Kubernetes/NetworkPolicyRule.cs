using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Policy;

namespace EdgeAgent.Manifests.Kubernetes;

/// <summary>One grant of a NetworkPolicy; a null list grants any.</summary>
internal sealed record NetworkPolicyRule(IReadOnlyList<NetworkPolicyPeer>? Peers, EquatableArray<TrafficMatch>? Ports, SourcePosition Source)
{
    private static readonly Field<IReadOnlyList<Located<TrafficMatch>>> PortsField = Field.Optional(
        "ports", new ListValue<TrafficMatch>(NetworkPolicyPorts.Type), "absent or empty is any traffic");

    /// <summary>A rule with from.</summary>
    public static ValueType<NetworkPolicyRule> Ingress { get; } = Type("from", "an ingress rule with from and ports");

    /// <summary>A rule with to.</summary>
    public static ValueType<NetworkPolicyRule> Egress { get; } = Type("to", "an egress rule with to and ports");

    /// <summary>The rule in the model.</summary>
    public PolicyRule ToRule(string label, string policyNamespace) => new(Verdict.Allow, label, Source)
    {
        Traffic = Ports,
        Peers = Peers?.Select(peer => peer.In(policyNamespace)).ToEquatableArray(),
    };

    private static ObjectValue<NetworkPolicyRule> Type(string peers, string name)
    {
        var field = Field.Optional(peers, new ListValue<NetworkPolicyPeer>(NetworkPolicyPeer.Type), "absent or empty is everybody");
        return new(name, [field, PortsField], input =>
        {
            var (peerList, ports) = (input.ReadList(field), input.ReadList(PortsField));
            return new(
                peerList.Count == 0 ? null : [.. peerList.Select(peer => peer.Value)],
                ports.Count == 0 ? null : ports.Select(port => port.Value).ToEquatableArray(),
                input.Position);
        });
    }
}
