using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>All services that resources describe, found by the names that routes call them by.</summary>
internal sealed class MeshRegistry
{
    // The cluster's domain for names of services; the trust domain of principals may be another.
    private const string Domain = "cluster.local";

    private readonly Dictionary<string, MeshService> _byHost = new(StringComparer.Ordinal);
    private readonly List<MeshService> _wildcards = [];

    public MeshRegistry(IReadOnlyCollection<Resource> resources)
    {
        var slices = EndpointSlices.ByService(resources);
        foreach (var service in resources.OfType<ServiceResource>().OrderBy(service => service.Key))
            _byHost[Qualified(service.Key.Name, service.Key.Namespace)] = OfService(service, slices[service.Key]);
        foreach (var entry in resources.OfType<ServiceEntryResource>().OrderBy(entry => entry.Key))
        {
            foreach (var host in entry.Hosts)
                Add(OfEntry(entry, host));
        }
    }

    /// <summary>The services in the order of their names.</summary>
    public IEnumerable<MeshService> Services => _byHost.Values.Concat(_wildcards).OrderBy(service => service.Host, StringComparer.Ordinal);

    /// <summary>
    /// Finds a service: a short name is one of the namespace; <c>name.namespace</c>, with or without <c>svc</c> and the domain, one of
    /// that namespace; any other name one that a ServiceEntry gives, exactly or by a leading <c>*</c>.
    /// </summary>
    public MeshService? Find(string host, string ownNamespace)
    {
        if (_byHost.TryGetValue(host, out var exact))
            return exact;
        var parts = host.Split('.');
        if (parts.Length == 1)
            return _byHost.GetValueOrDefault(Qualified(host, ownNamespace));
        if (parts.Length == 2 || (parts.Length == 3 && parts[2] == "svc"))
        {
            if (_byHost.TryGetValue(Qualified(parts[0], parts[1]), out var named))
                return named;
        }

        return _wildcards.Find(service => HostPattern.Matches(service.Host, host));
    }

    private static string Qualified(string name, string ownNamespace) => $"{name}.{ownNamespace}.svc.{Domain}";

    private void Add(MeshService service)
    {
        if (service.Host.StartsWith('*'))
            _wildcards.Add(service);
        else
            _byHost.TryAdd(service.Host, service);
    }

    private static MeshService OfService(ServiceResource service, IEnumerable<EndpointSliceResource> slices) => new(Qualified(service.Key.Name, service.Key.Namespace), service.Key.Namespace)
    {
        Selected = service.Selector is { } selector ? new() { Namespace = service.Key.Namespace, Selector = selector } : null,
        Addresses = service.Selector is null ? slices.SelectMany(AddressesOf).ToEquatableArray() : [],
        Ports = service.Ports.Where(port => port.Protocol == IpProtocol.Tcp).ToEquatableArray(),
    };

    private static IEnumerable<MeshAddress> AddressesOf(EndpointSliceResource slice)
    {
        var ports = slice.Ports.Where(port => port.Protocol == IpProtocol.Tcp).Select(port => new EndpointPort(port.Name, port.Port)).ToEquatableArray();
        return slice.Addresses.Select(address => new MeshAddress(address, ports, LabelSet.Empty) { ServesOnlyPorts = true });
    }

    private static MeshService OfEntry(ServiceEntryResource entry, string host) => new(host, entry.Key.Namespace)
    {
        Selected = entry.WorkloadSelector is { } labels ? new() { Namespace = entry.Key.Namespace, Selector = LabelSelectors.Of(labels) } : null,
        Addresses = entry.WorkloadSelector is not null ? []
            : entry.Endpoints.IsEmpty ? entry.Resolution == ServiceResolution.Dns ? [] : entry.Addresses.Select(block => new MeshAddress(block, [], LabelSet.Empty)).ToEquatableArray()
            : entry.Endpoints.Where(endpoint => endpoint.Address is not null)
                .Select(endpoint => new MeshAddress(Cidr.Single(endpoint.Address!.Value), endpoint.Ports, endpoint.Labels)).ToEquatableArray(),
        Names = AskedFor(entry, host).Where(asked => DomainName.TryParse(asked.Name, out _, out _)).Select(asked => asked with { Name = asked.Name.TrimEnd('.').ToLowerInvariant() }).ToEquatableArray(),
        UnresolvableNames = AskedFor(entry, host).Select(asked => (asked.Name, Problem: DomainName.TryParse(asked.Name, out _, out var problem) ? "" : problem)).Where(asked => asked.Problem.Length > 0).ToEquatableArray(),
        Ports = entry.Ports.Where(port => port.Protocol == IpProtocol.Tcp).ToEquatableArray(),
        ExportTo = entry.ExportTo,
    };

    /// <summary>The names that clients ask for: the service's own, or those of its endpoints. One that a proxy leads to whatever address a client had is asked for by its own name.</summary>
    private static IEnumerable<MeshName> AskedFor(ServiceEntryResource entry, string host) => entry switch
    {
        { WorkloadSelector: not null } => [],
        { Resolution: ServiceResolution.None, Addresses.IsEmpty: true } or { Resolution: ServiceResolution.Dns, Endpoints.IsEmpty: true } => [new(host, [], LabelSet.Empty)],
        { Resolution: ServiceResolution.Dns } => entry.Endpoints.Items.Where(endpoint => endpoint.DnsName.Length > 0).Select(endpoint => new MeshName(endpoint.DnsName, endpoint.Ports, endpoint.Labels)),
        _ => [],
    };
}
