using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// Routes say who calls whom. A route that states its caller closes the destination's hosts but for the derived edges; one that does
/// not adds edges from the hosts of the destination's namespace, and closes only where the namespace asks for it.
/// </summary>
internal sealed class RouteDerivation(MeshView view, Action<Diagnostic> report)
{
    /// <summary>The policies of one route.</summary>
    public IEnumerable<PolicyResource> Of(RouteResource route)
    {
        var byService = new SortedDictionary<string, List<(MeshService Service, RouteEdge Edge)>>(StringComparer.Ordinal);
        foreach (var edge in WithDelegates(route))
        {
            var destination = edge.Destination;
            var service = view.Find(destination.Host, destination.Namespace.Length > 0 ? destination.Namespace : route.Key.Namespace);
            if (service is null)
                Warn(route, edge, $"no Service or ServiceEntry describes '{destination.Host}': the route derives nothing");
            else if (byService.TryGetValue(service.Host, out var edges))
                edges.Add((service, edge));
            else
                byService.Add(service.Host, [(service, edge)]);
        }

        foreach (var edges in byService.Values)
        {
            var service = edges[0].Service;
            var members = ServiceTargets.Members(service, LabelSet.Empty).Concat(service.Selected is { } selected ? view.Selected(selected) : []).Distinct().ToEquatableArray();
            if (members.IsEmpty)
                continue;
            var suffix = byService.Count == 1 ? "" : $":{service.Host}";
            var rules = edges.SelectMany(edge => Rules(route, edge.Service, edge.Edge)).ToEquatableArray();
            if (!rules.IsEmpty)
                yield return Renamed(DerivedPolicy.Ingress(route, DerivedPolicy.RouteOrder, members, rules), suffix);
            if (edges.Find(edge => Closes(edge.Service, edge.Edge)).Edge is { } closing)
                yield return Renamed(DerivedPolicy.Closing(DerivedPolicy.Ingress(route, DerivedPolicy.RouteClosingOrder, members, [DerivedPolicy.Close(closing.Label, closing.Source)])), suffix);
        }
    }

    private static PolicyResource Renamed(PolicyResource policy, string suffix) => policy with { Key = policy.Key with { Name = policy.Key.Name + suffix } };

    private bool Closes(MeshService service, RouteEdge edge) =>
        edge.Caller is not UnstatedCaller || view.Settings(service.Namespace).RoutesIsolate;

    private IEnumerable<PolicyRule> Rules(RouteResource route, MeshService service, RouteEdge edge)
    {
        var seeing = ClientScope.Of(route.ExportTo, route.Key.Namespace).And(ClientScope.Of(service.ExportTo, service.Namespace));
        var label = edge.Caller is UnstatedCaller ? $"{edge.Label} (source not stated)" : edge.Label;
        var port = PortOf(service, edge);
        var (isCalled, isServed) = (false, false);
        foreach (var subset in Subset(route, service, edge))
        {
            var callers = Callers(route, service, edge, seeing.And(subset.Clients));
            if (callers.IsEmpty)
                continue;
            isCalled = true;
            foreach (var target in view.Targets(service, subset.Labels, port))
            {
                isServed = true;
                yield return new(Verdict.Pass, label, edge.Source) { Traffic = [target.Traffic], Peers = callers, Self = target.Endpoints };
            }
        }

        if (isCalled && !isServed)
            Warn(route, edge, port is { } number ? $"{service.Host} has no TCP port {number}: the route opens nothing" : $"{service.Host} has no TCP port: the route opens nothing");
    }

    /// <summary>A destination that names no port is called on the one that clients address, unless the service has no other.</summary>
    private static ushort? PortOf(MeshService service, RouteEdge edge) =>
        edge.Destination.Port ?? (edge.KeepsPort && !service.HasOnePort ? edge.AddressedPort : null);

    /// <summary>The endpoints that are meant, for different clients.</summary>
    private EquatableArray<SubsetLabels> Subset(RouteResource route, MeshService service, RouteEdge edge)
    {
        var name = edge.Destination.Subset;
        if (name.Length == 0)
            return [new(ClientScope.All, edge.Destination.Labels)];
        var subsets = view.Subset(service, name);
        if (subsets.IsEmpty)
            Warn(route, edge, $"no DestinationRule for {service.Host} defines the subset '{name}': the route opens nothing");
        return subsets;
    }

    private EquatableArray<PeerMatch> Callers(RouteResource route, MeshService service, RouteEdge edge, ClientScope seeing)
    {
        switch (edge.Caller)
        {
            case WorkloadCaller caller:
                return Workloads(seeing, caller.Namespace, LabelSelectors.Of(caller.Labels));
            case ServiceCaller caller:
                if (view.Find(caller.Host, caller.Namespace.Length > 0 ? caller.Namespace : route.Key.Namespace) is not { } source)
                {
                    Warn(route, edge, $"no Service or ServiceEntry describes the source '{caller.Host}': the route opens nothing");
                    return [];
                }

                return seeing.Includes(source.Namespace) ? ServiceTargets.Members(source, caller.Labels) : [];
            case GatewayCaller caller:
                if (view.Gateway(caller.Gateway, route.Key.Namespace) is { } gateway)
                    return Workloads(seeing, caller.Namespace, LabelSelectors.Both(LabelSelectors.Of(gateway.Selector), LabelSelectors.Of(caller.Labels)));
                Warn(route, edge, $"no Gateway '{caller.Gateway}': the route opens nothing");
                return [];
            default:
                return view.Settings(service.Namespace).Callers switch
                {
                    RouteCallers.Namespace => Workloads(seeing, service.Namespace, Selector.All),
                    RouteCallers.Mesh => Workloads(seeing, "", Selector.All),
                    _ => [],
                };
        }
    }

    /// <summary>Workloads by label, of one namespace or of all, within those that see the route.</summary>
    private static EquatableArray<PeerMatch> Workloads(ClientScope seeing, string ofNamespace, Selector selector)
    {
        if (ofNamespace.Length > 0)
            seeing = seeing.And(new([ofNamespace], false));
        return seeing.IsEmpty ? [] : [PeerMatch.Of(seeing.Workloads(selector))];
    }

    /// <summary>The edges of a route and of those that it delegates to, which delegate no further: Istio refuses such a route, or leads nowhere.</summary>
    private IEnumerable<RouteEdge> WithDelegates(RouteResource route)
    {
        foreach (var edge in route.Edges)
            yield return edge;
        foreach (var handed in route.Delegates)
        {
            var key = new ResourceKey(RouteResource.VirtualServiceKind, handed.Namespace.Length > 0 ? handed.Namespace : route.Key.Namespace, handed.Name);
            if (Missing(route, key, out var target) is { } problem)
            {
                Warn(route, handed.Source, handed.Label, $"{problem}: the route derives nothing");
                continue;
            }

            if (!target!.Delegates.IsEmpty)
                Warn(route, handed.Source, handed.Label, $"{key} is delegated to and delegates further: that derives nothing");
            foreach (var edge in target.Edges)
            {
                var isOtherPort = handed.AddressedPort is { } port && edge.AddressedPort is { } further && port != further;
                if (!isOtherPort && RouteCaller.Both(handed.Caller, edge.Caller, (first, other) => view.Gateway(first, route.Key.Namespace) is { } gateway && gateway.Key == view.Gateway(other, key.Namespace)?.Key) is { } caller)
                    yield return edge with { Caller = caller, Destination = Qualified(edge.Destination, key.Namespace), AddressedPort = handed.AddressedPort ?? edge.AddressedPort };
            }
        }
    }

    /// <summary>Why a route cannot be delegated to: a delegate has no hosts of its own, and is exported to where the route is.</summary>
    private string? Missing(RouteResource route, ResourceKey key, out RouteResource? target)
    {
        target = view.Route(key);
        return target switch
        {
            null => $"there is no {key} to delegate to",
            { IsDelegate: false } => $"{key} has hosts of its own, so that nothing can be delegated to it",
            _ when !Visibility.Includes(target.ExportTo, key.Namespace, route.Key.Namespace) => $"{key} is not exported to namespace {route.Key.Namespace}",
            _ => null,
        };
    }

    private static RouteDestination Qualified(RouteDestination destination, string ownNamespace) =>
        destination.Namespace.Length > 0 ? destination : destination with { Namespace = ownNamespace };

    private void Warn(RouteResource route, RouteEdge edge, string message) => Warn(route, edge.Source, edge.Label, message);

    private void Warn(RouteResource route, SourcePosition source, string label, string message) =>
        report(new(Severity.Warning, source, route.Key, label, message) { Code = FindingCodes.UnresolvedName });
}
