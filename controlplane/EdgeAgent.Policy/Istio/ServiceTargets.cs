using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// What a connection to a service looks like on the wire: endpoints, and the workload's own port, never the service's. An endpoint
/// that has its own number for a port is told apart from the others by its address.
/// </summary>
internal sealed class ServiceTargets(IReadOnlyList<WorkloadPorts> workloads)
{
    /// <summary>The endpoints of a service, without ports.</summary>
    public static EquatableArray<PeerMatch> Members(MeshService service, LabelSet subset)
    {
        var members = new List<PeerMatch>();
        if (service.Selected is { } selected)
            members.Add(PeerMatch.Of(selected with { Selector = LabelSelectors.Both(selected.Selector, LabelSelectors.Of(subset)) }));
        var blocks = service.Addresses.Where(address => HasLabels(address.Labels, subset)).Select(address => address.Block).ToEquatableArray();
        if (!blocks.IsEmpty)
            members.Add(PeerMatch.Of(blocks));
        return members.ToEquatableArray();
    }

    /// <summary>Endpoints and traffic of a service's part, for all of its ports or for one of them.</summary>
    public IEnumerable<ServiceTarget> Of(MeshService service, LabelSet subset, ushort? servicePort)
    {
        foreach (var port in service.Ports.Where(port => servicePort is null || port.Port == servicePort))
        {
            if (service.Selected is { } selected)
            {
                var match = selected with { Selector = LabelSelectors.Both(selected.Selector, LabelSelectors.Of(subset)) };
                var own = workloads.Select(workload => (Number: workload.Number(port.Name) ?? workload.Number(port.TargetPort.Name), Addresses: workload.AddressesIn(match)))
                    .Where(workload => workload is { Number: not null, Addresses.IsEmpty: false })
                    .ToList();
                foreach (var (number, addresses) in own)
                    yield return new(PeerMatch.Of(addresses), Tcp(number!.Value));
                yield return new(
                    new() { Endpoints = match, NotNets = own.SelectMany(workload => workload.Addresses).ToEquatableArray() },
                    Tcp(port));
            }

            foreach (var address in service.Addresses.Where(address => HasLabels(address.Labels, subset)))
            {
                var own = address.Ports.FirstOrDefault(candidate => candidate.Name == port.Name);
                if (own.Name is not null || !address.ServesOnlyPorts)
                    yield return new(PeerMatch.Of([address.Block]), own.Name is null ? Tcp(port) : Tcp(own.Number));
            }

            foreach (var named in service.Names.Where(named => HasLabels(named.Labels, subset)))
            {
                var own = named.Ports.FirstOrDefault(candidate => candidate.Name == port.Name);
                yield return new(PeerMatch.OfNames([named.Name]), own.Name is null ? Tcp(port) : Tcp(own.Number));
            }
        }
    }

    private static bool HasLabels(LabelSet labels, LabelSet wanted) =>
        wanted.All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value);

    private static TrafficMatch Tcp(ServicePort port) =>
        port.TargetPort.Name is { Length: > 0 } name
            ? Tcp() with { Ports = PortMatch.Named(name) }
            : Tcp(port.TargetPort.Number == 0 ? port.Port : port.TargetPort.Number);

    private static TrafficMatch Tcp(ushort port) => Tcp() with { Ports = PortMatch.Of(PortRange.Single(port)) };

    private static TrafficMatch Tcp() => new() { Protocol = new(IpProtocol.Tcp, false) };
}

/// <summary>Endpoints, and the traffic that reaches a service on them.</summary>
internal readonly record struct ServiceTarget(PeerMatch Endpoints, TrafficMatch Traffic);
