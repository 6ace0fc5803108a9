using EdgeAgent.Contracts;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Policy;

/// <summary>Looks up the Services that rules name: their endpoints by label, and the ports that the Service leads to.</summary>
internal static class ServiceRules
{
    /// <summary>A policy that names Services, with the endpoints behind these as peers; a Service that is not there has none.</summary>
    public static PolicyResource Resolve(PolicyResource policy, MeshView view, Action<Diagnostic> report)
    {
        PolicySide? Side(PolicySide? side) => side is null ? null : side with { Rules = side.Rules.SelectMany(rule => Rules(policy, rule, view, report)).ToEquatableArray() };
        return policy with { Ingress = Side(policy.Ingress), Egress = Side(policy.Egress) };
    }

    private static List<PolicyRule> Rules(PolicyResource policy, PolicyRule rule, MeshView view, Action<Diagnostic> report)
    {
        if (rule.Service is not { } peer)
            return [rule];
        var key = new ResourceKey(ServiceResource.Kind, peer.Namespace, peer.Name);
        if (view.Service(key) is not { } service)
        {
            report(new(Severity.Warning, rule.Source, policy.Key, rule.Label, $"there is no Service {peer.Namespace}/{peer.Name}: the rule matches nothing") { Code = FindingCodes.UnresolvedName });
            return [rule];
        }

        if (service.Selector is { } selector)
            return [Leading(rule, peer, PeerMatch.Of(new EndpointMatch { Namespace = peer.Namespace, Selector = selector, WorkloadsOnly = true }), service.Ports)];
        // Slices may differ in their ports, so each is a rule of its own.
        var bySlice = view.Slices(key).Where(slice => !slice.Addresses.IsEmpty)
            .Select(slice => Leading(rule, peer, PeerMatch.Of(slice.Addresses), Served(service.Ports, slice.Ports)))
            .ToList();
        return bySlice.Count == 0 ? [rule] : bySlice;
    }

    private static PolicyRule Leading(PolicyRule rule, ServicePeer peer, PeerMatch endpoints, EquatableArray<ServicePort> ports) => rule with
    {
        Peers = [endpoints],
        Traffic = peer.OnItsPorts ? OnPorts(rule.Traffic ?? [TrafficMatch.Any], ports) : rule.Traffic,
    };

    /// <summary>The ports of a service that a slice serves, with the slice's own numbers.</summary>
    private static EquatableArray<ServicePort> Served(EquatableArray<ServicePort> ports, EquatableArray<NamedPort> own) =>
    [
        .. from port in ports
           from number in own
           where number.Name == port.Name && number.Protocol == port.Protocol
           select port with { TargetPort = new(number.Port, "") },
    ];

    private static EquatableArray<TrafficMatch> OnPorts(EquatableArray<TrafficMatch> alternatives, EquatableArray<ServicePort> ports) =>
    [
        .. from traffic in alternatives
           from port in ports
           where traffic.Protocol is not { } protocol || protocol.Matches(port.Protocol)
           select traffic with { Protocol = new(port.Protocol, false), Ports = Target(port) },
    ];

    private static PortMatch Target(ServicePort port) => port.TargetPort.Name is { Length: > 0 } name
        ? PortMatch.Named(name)
        : PortMatch.Of(PortRange.Single(port.TargetPort.Number == 0 ? port.Port : port.TargetPort.Number));
}
