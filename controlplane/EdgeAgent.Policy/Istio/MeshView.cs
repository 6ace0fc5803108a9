using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>What derivation looks up: services, subsets, gateways, settings, identities.</summary>
internal sealed class MeshView
{
    private readonly Dictionary<string, MeshSettings> _settings;
    private readonly Dictionary<ResourceKey, RouteResource> _routes;
    private readonly Dictionary<ResourceKey, GatewayResource> _gateways;
    private readonly Dictionary<(string Host, string Subset), LabelSet> _subsets = [];

    public MeshView(IReadOnlyCollection<Resource> resources, IstioSettings istio)
    {
        Istio = istio;
        Registry = new(resources);
        Identities = new(resources, istio);
        Targets = new(Identities.Ports);
        HostNamespaces = resources.OfType<EndpointResource>().Where(endpoint => endpoint.IsManaged && endpoint.Key.Namespace.Length > 0)
            .Select(endpoint => endpoint.Key.Namespace).Distinct().Order(StringComparer.Ordinal).ToEquatableArray();
        _settings = resources.OfType<NamespaceResource>().ToDictionary(item => item.Key.Name, item => item.Mesh, StringComparer.Ordinal);
        _routes = resources.OfType<RouteResource>().ToDictionary(item => item.Key);
        _gateways = resources.OfType<GatewayResource>().ToDictionary(item => item.Key);
        foreach (var rule in resources.OfType<DestinationRuleResource>().OrderBy(rule => rule.Key))
        {
            if (Registry.Find(rule.Host, rule.Key.Namespace) is not { } service)
                continue;
            foreach (var subset in rule.Subsets)
                _subsets.TryAdd((service.Host, subset.Name), subset.Labels);
        }
    }

    /// <summary>The mesh's own settings.</summary>
    public IstioSettings Istio { get; }

    /// <summary>The services.</summary>
    public MeshRegistry Registry { get; }

    /// <summary>What connections to services look like.</summary>
    public ServiceTargets Targets { get; }

    /// <summary>Who the endpoints are.</summary>
    public MeshIdentities Identities { get; }

    /// <summary>Namespaces that are part of the mesh by sidecar or tunnel, by name.</summary>
    public IEnumerable<string> MemberNamespaces => _settings.Where(item => item.Value.Mesh != MeshMembership.None).Select(item => item.Key).Order(StringComparer.Ordinal);

    /// <summary>Namespaces that have hosts, by name.</summary>
    public EquatableArray<string> HostNamespaces { get; }

    /// <summary>A namespace's settings; the defaults for one that no resource declares.</summary>
    public MeshSettings Settings(string name) => _settings.GetValueOrDefault(name);

    /// <summary>A VirtualService.</summary>
    public RouteResource? Route(ResourceKey key) => _routes.GetValueOrDefault(key);

    /// <summary>A subset's labels.</summary>
    public LabelSet? Subset(MeshService service, string name) => _subsets.GetValueOrDefault((service.Host, name));

    /// <summary>A gateway by <c>namespace/name</c>, by a name of a namespace, or by a full name as a service has one.</summary>
    public GatewayResource? Gateway(string name, string ownNamespace)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
            return Find(name[..slash] is "." ? ownNamespace : name[..slash], name[(slash + 1)..]);
        return Find(ownNamespace, name) ?? (name.Split('.') is [var first, var space, ..] ? Find(space, first) : null);
        GatewayResource? Find(string space, string gateway) => _gateways.GetValueOrDefault(new(GatewayResource.Kind, space, gateway));
    }
}
