using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>RouteRule of config.istio.io/v1alpha2: who calls which versions of a service.</summary>
internal static class RouteRuleReader
{
    private static readonly Field<IstioServiceName> Destination = Field.Required("destination", IstioServiceName.Type, "the service that is called").Derived();

    private static readonly Field<IstioServiceName> MatchSource = Field.Optional("source", IstioServiceName.Type, "who calls; absent is not stated").Derived();

    private static readonly Field<Match> MatchField = Field.Optional(
        "match",
        new ObjectValue<Match>("a match with source", [MatchSource, .. IstioKinds.RequestFields("request", "tcp", "udp")], static input => new(input.Read(MatchSource))),
        "of it, the source counts").Derived();

    private static readonly Field<IReadOnlyList<KeyValuePair<string, Located<string>>>> RouteLabels = IstioValues.Labels("labels", "the version that is called");
    private static readonly Field<IstioServiceName> RouteDestination = Field.Optional("destination", IstioServiceName.Type, "another service that is called").Derived();
    private static readonly Field<int> Weight = Field.Checked("weight", Values.Integer(0, 100), "a share of requests; a version of weight 0 is called as well");

    private static readonly Field<IReadOnlyList<Located<Route>>> Routes = Field.Optional(
        "route", new ListValue<Route>(new ObjectValue<Route>("a route with labels, destination and weight", [RouteLabels, RouteDestination, Weight], ReadRoute)), "the versions that are called; absent is all").Derived();

    private static readonly Field<IstioServiceName> Mirror = Field.Optional("mirror", IstioServiceName.Type, "is called as well").Derived();
    private static readonly Field<Authority> Redirect = Authority.Field("redirect", "where the client then connects");
    private static readonly Field<Authority> Rewrite = Authority.Field("rewrite", "where the client then connects");

    private static readonly Field<Spec> SpecField = Field.Required(
        "spec",
        new ObjectValue<Spec>(
            "the spec of a RouteRule",
            [
                Destination, MatchField, Routes, Mirror, Redirect, Rewrite,
                .. IstioKinds.RequestFields("precedence", "httpReqTimeout", "httpReqRetries", "httpFault", "l4Fault", "websocketUpgrade", "corsPolicy", "appendHeaders"),
            ],
            ReadSpec),
        "who calls what").Derived();

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Istio,
        IstioKinds.FirstGeneration,
        RouteResource.RouteRuleKind,
        IsNamespaced: true,
        NameRule.Subdomain,
        [SpecField, IstioKinds.Status],
        static input => input.Root.Read(SpecField) is { } spec ? new RouteResource(input.Key, input.Source) { Edges = [.. spec.Edges.Select(edge => WithNamespace(edge, input.Key.Namespace))] } : null);

    /// <summary>A source without a name is workloads by their labels, of the rule's namespace where it does not name another.</summary>
    private static RouteEdge WithNamespace(RouteEdge edge, string own) =>
        edge.Caller is WorkloadCaller { Namespace.Length: 0 } caller ? edge with { Caller = caller with { Namespace = own } } : edge;

    private sealed record Spec(EquatableArray<RouteEdge> Edges);

    private sealed record Match(IstioServiceName? Source);

    private sealed record Route(LabelSet Labels, IstioServiceName? Destination, SourcePosition Source);

    private static Spec? ReadSpec(ObjectInput input)
    {
        var destination = input.Read(Destination);
        var match = input.Read(MatchField);
        var (routes, mirror) = (input.ReadList(Routes), input.Read(Mirror));
        if (destination is null)
            return null;
        if (destination.Host.Length == 0)
        {
            input.Error(Destination, "the destination has no name; expected name or service");
            return null;
        }

        RouteCaller caller = match?.Source switch
        {
            null => RouteCaller.NotStated,
            { Host.Length: 0 } source => new WorkloadCaller(source.Namespace, source.Labels),
            { } source => new ServiceCaller(source.Host, source.Namespace, source.Labels),
        };
        var edges = new List<RouteEdge>();
        void Add(IstioServiceName service, LabelSet labels, string label, SourcePosition source) =>
            edges.Add(new(caller, new(service.Host, service.Namespace, "", LabelSet.Of(service.Labels.Concat(labels)), null), label, source));
        foreach (var (route, index) in routes.Select((route, index) => (route.Value, index)))
            Add(route.Destination is { Host.Length: > 0 } other ? other : destination, route.Labels, $"route[{index}]", route.Source);
        var connectsElsewhere = Authority.Edges(input, caller, (Redirect, "redirect"), (Rewrite, "rewrite")).ToList();
        if (routes.Count == 0 && !input.Has(Redirect))
            Add(destination, LabelSet.Empty, "destination", input.Position);
        if (mirror is { Host.Length: > 0 })
            Add(mirror, LabelSet.Empty, "mirror", input.Position);
        return new([.. edges, .. connectsElsewhere]);
    }

    private static Route ReadRoute(ObjectInput input)
    {
        IstioKinds.ReadWeight(input, Weight);
        return new(MapValue.ToLabels(input.Read(RouteLabels)), input.Read(RouteDestination), input.Position);
    }
}
