using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// A Sidecar with REGISTRY_ONLY closes the egress of its workloads but for the services that it imports. A workload has one Sidecar:
/// one that selects it, else its namespace's, else the root namespace's.
/// </summary>
internal sealed class SidecarDerivation
{
    private readonly MeshView _view;
    private readonly Action<Diagnostic> _report;
    private readonly List<SidecarResource> _sidecars;

    public SidecarDerivation(MeshView view, IEnumerable<SidecarResource> sidecars, Action<Diagnostic> report) =>
        (_view, _report, _sidecars) = (view, report, [.. sidecars.OrderBy(sidecar => sidecar.Key)]);

    /// <summary>The policies of all Sidecars.</summary>
    public IEnumerable<PolicyResource> Policies()
    {
        foreach (var sidecar in _sidecars.Where(sidecar => sidecar.RegistryOnly == true))
        {
            var subjects = Workloads(sidecar).ToEquatableArray();
            if (subjects.IsEmpty)
                continue;
            var rules = sidecar.Imports.Where(import => !import.Excluded).SelectMany(import => Rules(sidecar, import)).ToEquatableArray();
            if (!rules.IsEmpty)
                yield return DerivedPolicy.Egress(sidecar, DerivedPolicy.RouteOrder, subjects, rules);
            yield return DerivedPolicy.Closing(DerivedPolicy.Egress(sidecar, DerivedPolicy.RouteClosingOrder, subjects, [DerivedPolicy.Close("outboundTrafficPolicy", sidecar.Source)]));
        }
    }

    private IEnumerable<PeerMatch> Workloads(SidecarResource sidecar)
    {
        var ofNamespace = _sidecars.Where(other => other.Key.Namespace == sidecar.Key.Namespace).ToList();
        if (sidecar.WorkloadSelector is { } labels)
        {
            var before = ofNamespace.TakeWhile(other => other.Key != sidecar.Key).Where(other => other.WorkloadSelector is not null);
            return [Own(sidecar.Key.Namespace, LabelSelectors.Both(LabelSelectors.Of(labels), Unselected(before)))];
        }

        if (ofNamespace.First(other => other.WorkloadSelector is null).Key != sidecar.Key)
            return [];
        var own = Own(sidecar.Key.Namespace, Unselected(ofNamespace));
        if (sidecar.Key.Namespace != _view.Istio.RootNamespace)
            return [own];
        var others = _sidecars.Where(other => other.Key.Namespace != sidecar.Key.Namespace).GroupBy(other => other.Key.Namespace).ToList();
        var bySelector = others.Where(group => group.All(other => other.WorkloadSelector is not null)).Select(group => Own(group.Key, Unselected(group)));
        return [own, .. bySelector, PeerMatch.Of(MeshNamespaces.Except([sidecar.Key.Namespace, .. others.Select(group => group.Key)]))];
    }

    private static PeerMatch Own(string ownNamespace, Selector selector) => PeerMatch.Of(new EndpointMatch { Namespace = ownNamespace, Selector = selector });

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

    private IEnumerable<PolicyRule> Rules(SidecarResource sidecar, SidecarImport import)
    {
        foreach (var service in _view.Registry.Services.Where(service => Holds(import, service, sidecar) && service.IsVisibleTo(sidecar.Key.Namespace)))
        {
            if (sidecar.Imports.Any(other => other.Excluded && Holds(other, service, sidecar)))
                continue;
            if (!service.DnsNames.IsEmpty)
                _report(new(Severity.Warning, import.Source, sidecar.Key, import.Label, $"{service.Host} is known by name alone and stays closed: give its endpoints, or grant it with a BookendPolicy that names its domains"));
            foreach (var target in _view.Targets.Of(service, LabelSet.Empty, import.Port))
                yield return new(Verdict.Pass, import.Label, import.Source) { Traffic = [target.Traffic], Peers = [target.Endpoints] };
        }
    }

    private static bool Holds(SidecarImport import, MeshService service, SidecarResource sidecar) =>
        (import.Namespace == "*" || service.Namespace == (import.Namespace == "." ? sidecar.Key.Namespace : import.Namespace))
        && HostPattern.Matches(import.Host, service.Host);
}
