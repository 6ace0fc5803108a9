using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>All services that resources describe, found by the names that routes call them by. Immutable; a change costs the services that it is about.</summary>
internal sealed record MeshRegistry
{
    // The cluster's domain for names of services; the trust domain of principals may be another.
    private const string Domain = "cluster.local";

    private ImmutableDictionary<ResourceKey, ServiceResource> _services = ImmutableDictionary<ResourceKey, ServiceResource>.Empty;
    private ImmutableDictionary<ResourceKey, ImmutableSortedDictionary<ResourceKey, EndpointSliceResource>> _slices = ImmutableDictionary<ResourceKey, ImmutableSortedDictionary<ResourceKey, EndpointSliceResource>>.Empty;
    private ImmutableSortedDictionary<ResourceKey, ServiceEntryResource> _entries = ImmutableSortedDictionary<ResourceKey, ServiceEntryResource>.Empty;
    private ImmutableDictionary<string, MeshService> _byService = ImmutableDictionary.Create<string, MeshService>(StringComparer.Ordinal);
    private ImmutableDictionary<string, MeshService> _byEntry = ImmutableDictionary.Create<string, MeshService>(StringComparer.Ordinal);
    private ImmutableArray<MeshService> _wildcards = [];

    private MeshRegistry()
    {
    }

    public static MeshRegistry Empty { get; } = new();

    /// <summary>The services in the order of their names.</summary>
    public IEnumerable<MeshService> Services => _byService.Values
        .Concat(_byEntry.Where(entry => !_byService.ContainsKey(entry.Key)).Select(entry => entry.Value))
        .Concat(_wildcards)
        .OrderBy(service => service.Host, StringComparer.Ordinal);

    /// <summary>A Service by its key.</summary>
    public ServiceResource? Service(ResourceKey key) => _services.GetValueOrDefault(key);

    /// <summary>The slices of a Service, in the order of their names; none of one that is a name for something outside.</summary>
    public IEnumerable<EndpointSliceResource> Slices(ResourceKey service) => Service(service) is not { IsExternal: true } && _slices.TryGetValue(service, out var slices) ? slices.Values : [];

    /// <summary>The registry after some changes; the same where none is about a service, or about endpoints that a service is known by.</summary>
    public MeshRegistry After(IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes)
    {
        var after = this with { };
        var (touched, any, entries) = (new HashSet<ResourceKey>(), false, false);
        foreach (var (key, (old, now)) in changes)
        {
            switch (now ?? old)
            {
                case ServiceResource:
                    after._services = now is ServiceResource service ? after._services.SetItem(key, service) : after._services.Remove(key);
                    any |= touched.Add(key);
                    break;
                case EndpointSliceResource:
                    after.SetSlice(key, old as EndpointSliceResource, now as EndpointSliceResource, touched);
                    any = true;
                    break;
                case ServiceEntryResource:
                    after._entries = now is ServiceEntryResource entry ? after._entries.SetItem(key, entry) : after._entries.Remove(key);
                    any = entries = true;
                    break;
            }
        }

        if (!any)
            return this;
        foreach (var key in touched)
            after.Describe(key);
        if (entries)
            after.DescribeEntries();
        return after;
    }

    /// <summary>Whether some other registry may answer otherwise.</summary>
    public bool SaysTheSameAs(MeshRegistry other, IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes) =>
        ReferenceEquals(this, other)
        || (_byService == other._byService && _byEntry == other._byEntry && _wildcards == other._wildcards
            && !changes.Values.Any(pair => (pair.New ?? pair.Old) is ServiceResource));

    /// <summary>
    /// Finds a service: a short name is one of the namespace, whatever a ServiceEntry is called; <c>name.namespace</c>, with or without <c>svc</c> and the domain, one of
    /// that namespace; any other name one that a ServiceEntry gives, exactly or by a leading <c>*</c>.
    /// </summary>
    public MeshService? Find(string host, string ownNamespace)
    {
        var parts = host.Split('.');
        if (parts.Length == 1 && ByHost(Qualified(host, ownNamespace)) is { } own)
            return own;
        if (ByHost(host) is { } exact)
            return exact;
        if (parts.Length == 2 || (parts.Length == 3 && parts[2] == "svc"))
        {
            if (ByHost(Qualified(parts[0], parts[1])) is { } named)
                return named;
        }

        return _wildcards.FirstOrDefault(service => HostPattern.Matches(service.Host, host));
    }

    private MeshService? ByHost(string host) => _byService.GetValueOrDefault(host) ?? _byEntry.GetValueOrDefault(host);

    private static string Qualified(string name, string ownNamespace) => $"{name}.{ownNamespace}.svc.{Domain}";

    private void SetSlice(ResourceKey key, EndpointSliceResource? old, EndpointSliceResource? now, HashSet<ResourceKey> touched)
    {
        if (old is not null)
        {
            var service = ServiceOf(old);
            var rest = _slices[service].Remove(key);
            _slices = rest.IsEmpty ? _slices.Remove(service) : _slices.SetItem(service, rest);
            touched.Add(service);
        }

        if (now is not null)
        {
            var service = ServiceOf(now);
            _slices = _slices.SetItem(service, (_slices.GetValueOrDefault(service) ?? ImmutableSortedDictionary<ResourceKey, EndpointSliceResource>.Empty).SetItem(key, now));
            touched.Add(service);
        }
    }

    private static ResourceKey ServiceOf(EndpointSliceResource slice) => new(ServiceResource.Kind, slice.Key.Namespace, slice.Service);

    private void Describe(ResourceKey key)
    {
        var host = Qualified(key.Name, key.Namespace);
        if (!_services.TryGetValue(key, out var service))
            _byService = _byService.Remove(host);
        else if (OfService(service, Slices(key)) is var described && (!_byService.TryGetValue(host, out var known) || !known.Equals(described)))
            _byService = _byService.SetItem(host, described);
    }

    private void DescribeEntries()
    {
        var (byHost, wildcards) = (new Dictionary<string, MeshService>(StringComparer.Ordinal), ImmutableArray.CreateBuilder<MeshService>());
        foreach (var service in _entries.Values.SelectMany(entry => entry.Hosts, OfEntry))
        {
            if (service.Host.StartsWith('*'))
                wildcards.Add(service);
            else
                byHost.TryAdd(service.Host, service);
        }

        (_byEntry, _wildcards) = (_byEntry.Clear().AddRange(byHost), wildcards.ToImmutable());
    }

    private static MeshService OfService(ServiceResource service, IEnumerable<EndpointSliceResource> slices) => new(Qualified(service.Key.Name, service.Key.Namespace), service.Key.Namespace)
    {
        Selected = service.Selector is { } selector ? new() { Namespace = service.Key.Namespace, Selector = selector, WorkloadsOnly = true } : null,
        Addresses = service.Selector is null ? slices.SelectMany(AddressesOf).ToEquatableArray() : [],
        Ports = service.Ports.Where(port => port.Protocol == IpProtocol.Tcp).ToEquatableArray(),
        HasOnePort = service.Ports.Count == 1,
    };

    private static IEnumerable<MeshAddress> AddressesOf(EndpointSliceResource slice)
    {
        var ports = slice.Ports.Where(port => port.Protocol == IpProtocol.Tcp).Select(port => new EndpointPort(port.Name, port.Port)).ToEquatableArray();
        return slice.Addresses.Select(address => new MeshAddress(address, ports, LabelSet.Empty) { ServesOnlyPorts = true });
    }

    private static MeshService OfEntry(ServiceEntryResource entry, string host) => new(host, entry.Key.Namespace)
    {
        Selected = entry.WorkloadSelector is { } labels ? new() { Namespace = entry.Key.Namespace, Selector = LabelSelectors.Of(labels), WorkloadsOnly = true } : null,
        Addresses = entry.WorkloadSelector is not null ? []
            : entry.Endpoints.IsEmpty ? entry.Resolution == ServiceResolution.Dns ? [] : entry.Addresses.Select(block => new MeshAddress(block, [], LabelSet.Empty)).ToEquatableArray()
            : entry.Endpoints.Where(endpoint => endpoint.Address is not null)
                .Select(endpoint => new MeshAddress(Cidr.Single(endpoint.Address!.Value), endpoint.Ports, endpoint.Labels)).ToEquatableArray(),
        Names = AskedFor(entry, host).Where(asked => DomainName.TryParse(asked.Name, out _, out _)).Select(asked => asked with { Name = asked.Name.TrimEnd('.').ToLowerInvariant() }).ToEquatableArray(),
        UnresolvableNames = AskedFor(entry, host).Select(asked => (asked.Name, Problem: DomainName.TryParse(asked.Name, out _, out var problem) ? "" : problem)).Where(asked => asked.Problem.Length > 0).ToEquatableArray(),
        Ports = entry.Ports.Where(port => port.Protocol == IpProtocol.Tcp).ToEquatableArray(),
        HasOnePort = entry.Ports.Count == 1,
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
