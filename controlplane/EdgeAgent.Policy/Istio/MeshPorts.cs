using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// The mesh's own ports (Istio, "Ports used by Istio"): 15008 tunnel, 15012 and 15017 control plane, 15021 health, 15090 metrics.
/// They stay open between hosts of the namespaces that say that they are part of a mesh, also hosts that a WorkloadEntry describes there.
/// </summary>
internal static class MeshPorts
{
    private static readonly EquatableArray<PortRange> Ports = [PortRange.Single(15008), PortRange.Single(15012), PortRange.Single(15017), PortRange.Single(15021), PortRange.Single(15090)];

    /// <summary>The policy that opens them; none where no namespace is part of a mesh.</summary>
    public static IEnumerable<PolicyResource> Policies(MeshView view)
    {
        var members = view.MemberNamespaces.ToEquatableArray();
        if (members.IsEmpty)
            yield break;
        EquatableArray<PeerMatch> peers = [PeerMatch.Of(MeshNamespaces.Of(members, Selector.All))];
        var hosts = view.Selected(MeshNamespaces.Of(members, Selector.All));
        var open = new PolicyRule(Verdict.Allow, "mesh", SourcePosition.None)
        {
            Traffic = [new() { Protocol = new(IpProtocol.Tcp, false), Ports = new(Ports, []) }],
            Peers = peers,
        };
        yield return new(new("Mesh", "", "mesh-ports"), SourcePosition.None)
        {
            Tier = BuiltInTiers.Mesh,
            Order = DerivedPolicy.MeshPortsOrder,
            Ingress = new(hosts, [open], false),
            Egress = new(hosts, [open], false),
        };
    }
}
