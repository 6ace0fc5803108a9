using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>What one derivation sees of a mesh. All that it asks is noted.</summary>
/// <param name="facts">What is known.</param>
/// <param name="reads">Where it is noted.</param>
internal sealed class MeshView(MeshFacts facts, MeshReads reads)
{
    /// <summary>What the installation fixes.</summary>
    public IstioSettings Istio => Ask(MeshParts.Installation, static now => now.Declarations.Installation);

    /// <summary>All services in the order of their names.</summary>
    public IEnumerable<MeshService> Services => Ask(MeshParts.Services, static now => now.Registry).Services;

    /// <summary>All Sidecars in order.</summary>
    public IEnumerable<SidecarResource> Sidecars => Ask(MeshParts.Sidecars, static now => now.Declarations.Sidecars).Values;

    /// <summary>Namespaces that are part of the mesh by sidecar or tunnel, by name.</summary>
    public IEnumerable<string> MemberNamespaces =>
        Ask(MeshParts.Settings, static now => now.Declarations.Settings).Where(item => item.Value.Mesh != MeshMembership.None).Select(item => item.Key);

    /// <summary>Namespaces that have hosts, or mesh workloads at addresses of hosts, by name.</summary>
    public EquatableArray<string> HostNamespaces => Ask(
        MeshParts.HostNamespaces | MeshParts.WorkloadsAtHosts,
        static now => now.Identities.HostNamespaces.Keys.Concat(now.Identities.AtHosts.Values.Select(entry => entry.Namespace)).Distinct().Order(StringComparer.Ordinal).ToEquatableArray());

    /// <summary>Whether a host has its namespace or account from another resource, so that identities must be told by address.</summary>
    public bool HasForeignIdentities =>
        Ask(MeshParts.Accounts, static now => now.Identities.HasForeignIdentities);

    /// <summary>Finds a service (<see cref="MeshRegistry.Find"/>).</summary>
    public MeshService? Find(string host, string ownNamespace) => Ask(MeshParts.Services, now => now.Registry.Find(host, ownNamespace));

    /// <summary>A namespace's settings; the defaults for one that no resource declares.</summary>
    public MeshSettings Settings(string name) => Ask(MeshParts.Settings, now => now.Declarations.Settings.GetValueOrDefault(name));

    /// <summary>A VirtualService.</summary>
    public RouteResource? Route(ResourceKey key) => Ask(MeshParts.Routes, now => now.Declarations.Routes.GetValueOrDefault(key));

    /// <summary>A subset's labels (<see cref="MeshFacts.Subset"/>).</summary>
    public EquatableArray<SubsetLabels> Subset(MeshService service, string name) =>
        Ask(MeshParts.Subsets | MeshParts.Services | MeshParts.Installation, now => now.Subset(service, name));

    /// <summary>A gateway (<see cref="MeshFacts.Gateway"/>).</summary>
    public GatewayResource? Gateway(string name, string ownNamespace) => Ask(MeshParts.Gateways, now => now.Gateway(name, ownNamespace));

    /// <summary>Addresses in namespaces of which one matches.</summary>
    public EquatableArray<Cidr> InNamespaces(EquatableArray<string> patterns) => Ask(MeshParts.Principals, now => now.InNamespaces(patterns)).Items;

    /// <summary>Addresses of principals of which one matches.</summary>
    public EquatableArray<Cidr> OfPrincipals(EquatableArray<string> patterns) => Ask(MeshParts.Principals, now => now.OfPrincipals(patterns)).Items;

    /// <summary>Namespace and service account of each principal that matches.</summary>
    public EquatableArray<(string Namespace, string Account)> Accounts(EquatableArray<string> patterns) => Ask(MeshParts.Accounts, now => now.Accounts(patterns));

    /// <summary>The hosts that are meant where workloads are selected (<see cref="MeshFacts.Selected"/>).</summary>
    public EquatableArray<PeerMatch> Selected(EndpointMatch match) => Ask(MeshParts.WorkloadsAtHosts, now => now.Selected(match));

    /// <summary>Endpoints and traffic of a service's part (<see cref="ServiceTargets.Of"/>).</summary>
    public IEnumerable<ServiceTarget> Targets(MeshService service, LabelSet subset, ushort? servicePort)
    {
        _ = Ask(MeshParts.WorkloadPorts, static now => now.Identities.Ports);
        return facts.Targets.Of(service, subset, servicePort);
    }

    /// <summary>A Service by its key.</summary>
    public ServiceResource? Service(ResourceKey key) => Ask(MeshParts.Services, now => now.Registry.Service(key));

    /// <summary>The slices of a Service.</summary>
    public EquatableArray<EndpointSliceResource> Slices(ResourceKey service) => Ask(MeshParts.Services, now => now.Registry.Slices(service).ToEquatableArray());

    private T Ask<T>(MeshParts part, Func<MeshFacts, T> ask) => reads.Ask(facts, part, ask);
}
