using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>Mesh workloads that have their own numbers for ports of their services (<c>ports</c> of WorkloadEntry and WorkloadGroup).</summary>
/// <param name="Ports">The numbers by the names of service ports.</param>
/// <param name="Known">The workloads: an entry and the host at its address are two of one address, and either may be selected.</param>
internal sealed record WorkloadPorts(EquatableArray<NamedPort> Ports, IReadOnlyList<KnownWorkload> Known)
{
    /// <summary>The workloads' number for a port of the service, by the port's name or by that of its target.</summary>
    public ushort? Number(string name)
    {
        foreach (var port in Ports)
        {
            if (port.Name == name)
                return port.Port;
        }

        return null;
    }

    /// <summary>Addresses of those that a service's selector selects.</summary>
    public EquatableArray<Cidr> AddressesIn(EndpointMatch match) =>
        Known.Where(workload => match.Namespace == workload.Namespace && match.Selector.Matches(workload.Labels))
            .SelectMany(workload => workload.Addresses).Distinct().ToEquatableArray();
}

/// <summary>What selectors see of a workload, and where it is.</summary>
internal sealed record KnownWorkload(string Namespace, LabelSet Labels, EquatableArray<Cidr> Addresses);
