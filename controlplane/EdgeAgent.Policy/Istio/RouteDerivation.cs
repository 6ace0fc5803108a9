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
        foreach (var edge in WithDelegates(route, []))
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
        if (Subset(route, service, edge) is not { } subset)
            yield break;
        var callers = Callers(route, service, edge);
        if (callers.IsEmpty)
            yield break;
        var label = edge.Caller is UnstatedCaller ? $"{edge.Label} (source not stated)" : edge.Label;
        var any = false;
        foreach (var target in view.Targets(service, subset, edge.Destination.Port))
        {
            any = true;
            yield return new(Verdict.Pass, label, edge.Source) { Traffic = [target.Traffic], Peers = callers, Self = target.Endpoints };
        }

        if (!any)
            Warn(route, edge, edge.Destination.Port is { } port ? $"{service.Host} has no TCP port {port}: the route opens nothing" : $"{service.Host} has no TCP port: the route opens nothing");
    }

    private LabelSet? Subset(RouteResource route, MeshService service, RouteEdge edge)
    {
        var name = edge.Destination.Subset;
        if (name.Length == 0)
            return edge.Destination.Labels;
        if (view.Subset(service, name) is { } labels)
            return labels;
        Warn(route, edge, $"no DestinationRule for {service.Host} defines the subset '{name}': the route opens nothing");
        return null;
    }

    private EquatableArray<PeerMatch> Callers(RouteResource route, MeshService service, RouteEdge edge)
    {
        var exported = Visibility.Both(
            Visibility.Namespaces(route.ExportTo, route.Key.Namespace), Visibility.Namespaces(service.ExportTo, service.Namespace));
        switch (edge.Caller)
        {
            case WorkloadCaller caller:
                return Workloads(exported, caller.Namespace, LabelSelectors.Of(caller.Labels));
            case ServiceCaller caller:
                if (view.Find(caller.Host, caller.Namespace.Length > 0 ? caller.Namespace : route.Key.Namespace) is not { } source)
                {
                    Warn(route, edge, $"no Service or ServiceEntry describes the source '{caller.Host}': the route opens nothing");
                    return [];
                }

                return Includes(exported, source.Namespace) ? ServiceTargets.Members(source, caller.Labels) : [];
            case GatewayCaller caller:
                if (view.Gateway(caller.Gateway, route.Key.Namespace) is { } gateway)
                    return Workloads(exported, caller.Namespace, LabelSelectors.Both(LabelSelectors.Of(gateway.Selector), LabelSelectors.Of(caller.Labels)));
                Warn(route, edge, $"no Gateway '{caller.Gateway}': the route opens nothing");
                return [];
            default:
                return view.Settings(service.Namespace).Callers switch
                {
                    RouteCallers.Namespace => Workloads(exported, service.Namespace, Selector.All),
                    RouteCallers.Mesh => Workloads(exported, "", Selector.All),
                    _ => [],
                };
        }
    }

    /// <summary>Workloads by label, of one namespace or of all, within those that see the route.</summary>
    private static EquatableArray<PeerMatch> Workloads(EquatableArray<string>? exported, string ofNamespace, Selector selector)
    {
        if (ofNamespace.Length > 0)
            return Includes(exported, ofNamespace) ? [PeerMatch.Of(new EndpointMatch { Namespace = ofNamespace, Selector = selector, WorkloadsOnly = true })] : [];
        return exported is { IsEmpty: true } ? [] : [PeerMatch.Of(MeshNamespaces.Of(exported, selector))];
    }

    private static bool Includes(EquatableArray<string>? exported, string ofNamespace) => exported is not { } names || names.Contains(ofNamespace);

    private IEnumerable<RouteEdge> WithDelegates(RouteResource route, HashSet<ResourceKey> seen)
    {
        foreach (var edge in route.Edges)
            yield return edge;
        foreach (var handed in route.Delegates)
        {
            var key = new ResourceKey(RouteResource.VirtualServiceKind, handed.Namespace.Length > 0 ? handed.Namespace : route.Key.Namespace, handed.Name);
            if (seen.Contains(key))
                continue;
            if (view.Route(key) is not { } target)
            {
                report(new(Severity.Warning, handed.Source, route.Key, handed.Label, $"there is no {key} to delegate to: the route derives nothing") { Code = FindingCodes.UnresolvedName });
                continue;
            }

            foreach (var edge in WithDelegates(target, [.. seen, key]))
            {
                if (RouteCaller.Both(handed.Caller, edge.Caller) is { } caller)
                    yield return edge with { Caller = caller, Destination = Qualified(edge.Destination, key.Namespace) };
            }
        }
    }

    private static RouteDestination Qualified(RouteDestination destination, string ownNamespace) =>
        destination.Namespace.Length > 0 ? destination : destination with { Namespace = ownNamespace };

    private void Warn(RouteResource route, RouteEdge edge, string message) =>
        report(new(Severity.Warning, edge.Source, route.Key, edge.Label, message) { Code = FindingCodes.UnresolvedName });
}
