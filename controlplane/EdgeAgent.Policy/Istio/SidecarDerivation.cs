using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// A Sidecar with REGISTRY_ONLY closes the egress of its workloads but for the services that it imports. A workload has one Sidecar:
/// one that selects it, else its namespace's, else the root namespace's. A host is also the workload that a WorkloadEntry at its address
/// describes, with the Sidecar that this one has.
/// </summary>
internal sealed class SidecarDerivation
{
    private readonly MeshView _view;
    private readonly Action<Diagnostic> _report;
    private readonly List<SidecarResource> _sidecars;

    public SidecarDerivation(MeshView view, Action<Diagnostic> report) => (_view, _report, _sidecars) = (view, report, [.. view.Sidecars]);

    /// <summary>The policies of the Sidecars that close.</summary>
    public IEnumerable<PolicyResource> Policies()
    {
        foreach (var sidecar in _sidecars.Where(sidecar => sidecar.RegistryOnly == true))
        {
            foreach (var clients in Clients(sidecar))
            {
                if (Imports(sidecar, clients) is { } open)
                    yield return open;
                yield return DerivedPolicy.Closing(clients.Name(DerivedPolicy.Egress(
                    sidecar, DerivedPolicy.RouteClosingOrder, clients.Workloads, [DerivedPolicy.Close("outboundTrafficPolicy", sidecar.Source)])));
            }
        }
    }

    /// <summary>What Sidecars that do not close say their workloads call: what REGISTRY_ONLY would leave open.</summary>
    public IEnumerable<PolicyResource> Suggestions() =>
        from sidecar in _sidecars
        where sidecar is { RegistryOnly: not true, StatesImports: true }
        from clients in Clients(sidecar)
        let imports = Imports(sidecar, clients)
        where imports is not null
        select imports;

    private PolicyResource? Imports(SidecarResource sidecar, SidecarClients clients)
    {
        var rules = sidecar.Imports.Where(import => !import.Excluded).SelectMany(import => Rules(sidecar, import, clients.Namespace)).ToEquatableArray();
        return rules.IsEmpty ? null : clients.Name(DerivedPolicy.Egress(sidecar, DerivedPolicy.RouteOrder, clients.Workloads, rules));
    }

    private IEnumerable<SidecarClients> Clients(SidecarResource sidecar)
    {
        var home = sidecar.Key.Namespace;
        var ofNamespace = _sidecars.Where(other => other.Key.Namespace == home).ToList();
        if (sidecar.WorkloadSelector is { } labels)
        {
            var before = ofNamespace.TakeWhile(other => other.Key != sidecar.Key).Where(other => other.WorkloadSelector is not null);
            return [new(home, "", Own(home, LabelSelectors.Both(LabelSelectors.Of(labels), Unselected(before))))];
        }

        if (ofNamespace.First(other => other.WorkloadSelector is null).Key != sidecar.Key)
            return [];
        var own = Own(home, Unselected(ofNamespace));
        if (home != _view.Istio.RootNamespace)
            return [new(home, "", own)];
        var others = _sidecars.Where(other => other.Key.Namespace != home).GroupBy(other => other.Key.Namespace).ToList();
        if (DependsOnNamespace(sidecar))
        {
            var theirs = others.ToDictionary(group => group.Key, group => group.ToList());
            return _view.HostNamespaces.Where(name => name != home && (!theirs.TryGetValue(name, out var has) || has.TrueForAll(other => other.WorkloadSelector is not null)))
                .Select(name => new SidecarClients(name, $":{name}", Own(name, Unselected(theirs.GetValueOrDefault(name) ?? []))))
                .Prepend(new(home, "", own));
        }

        var bySelector = others.Where(group => group.All(other => other.WorkloadSelector is not null)).SelectMany(group => Own(group.Key, Unselected(group)));
        return [new(home, "", [.. own, .. bySelector, .. _view.Selected(MeshNamespaces.AllBut([home, .. others.Select(group => group.Key)], Selector.All))])];
    }

    /// <summary>Whether the root's Sidecar imports other services in one namespace than in another: a dot is the client's own.</summary>
    private bool DependsOnNamespace(SidecarResource sidecar) =>
        sidecar.Imports.Any(import => import.Namespace == ".") || _view.Services.Any(service => Visibility.Namespaces(service.ExportTo, service.Namespace) is not null);

    private EquatableArray<PeerMatch> Own(string ownNamespace, Selector selector) => _view.Selected(new EndpointMatch { Namespace = ownNamespace, Selector = selector });

    private static Selector Unselected(IEnumerable<SidecarResource> sidecars)
    {
        var result = Selector.All;
        foreach (var sidecar in sidecars)
        {
            if (sidecar.WorkloadSelector is { } labels)
                result = LabelSelectors.Both(result, Selector.Not(LabelSelectors.Of(labels)));
        }

        return result;
    }

    private IEnumerable<PolicyRule> Rules(SidecarResource sidecar, SidecarImport import, string clients)
    {
        foreach (var service in _view.Services.Where(service => Holds(import, service, clients) && service.IsVisibleTo(clients)))
        {
            if (sidecar.Imports.Any(other => other.Excluded && Holds(other, service, clients)))
                continue;
            foreach (var (name, problem) in service.UnresolvableNames)
            {
                if (sidecar.RegistryOnly == true)
                    _report(new(Severity.Warning, import.Source, sidecar.Key, import.Label, $"{name} cannot be resolved and stays closed ({problem}): give its endpoints, or grant their addresses with a BookendPolicy"));
            }

            foreach (var target in _view.Targets(service, LabelSet.Empty, import.Port))
                yield return new(Verdict.Pass, import.Label, import.Source) { Traffic = [target.Traffic], Peers = [target.Endpoints] };
        }
    }

    private static bool Holds(SidecarImport import, MeshService service, string clients) =>
        (import.Namespace == "*" || service.Namespace == (import.Namespace == "." ? clients : import.Namespace))
        && HostPattern.Matches(import.Host, service.Host);
}

/// <summary>Workloads that have one Sidecar and see the same services.</summary>
/// <param name="Namespace">The namespace that they see services from.</param>
/// <param name="Suffix">What tells their policies from others of the Sidecar.</param>
/// <param name="Workloads">The workloads.</param>
internal sealed record SidecarClients(string Namespace, string Suffix, EquatableArray<PeerMatch> Workloads)
{
    /// <summary>The policy under a name that no other workloads of the Sidecar have.</summary>
    public PolicyResource Name(PolicyResource policy) => policy with { Key = policy.Key with { Name = policy.Key.Name + Suffix } };
}
