using EdgeAgent.Contracts;
using EdgeAgent.Manifests.Reading;
using EdgeAgent.Manifests.Resources;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Manifests.Istio;

/// <summary>VirtualService of networking.istio.io: the calls that its http, tls and tcp routes lead to.</summary>
internal static class VirtualServiceReader
{
    private const string Mesh = "mesh";

    private static readonly Field<IReadOnlyList<Located<string>>> Hosts = Field.Optional(
        "hosts", new ListValue<string>(IstioValues.HostPattern), "what clients call; absent in a VirtualService that others delegate to");

    private static readonly Field<IReadOnlyList<Located<string>>> Gateways = Field.Optional(
        "gateways", new ListValue<string>(Values.Text), "the gateways that lead to its routes; absent is the mesh").Derived();

    private static readonly Field<IReadOnlyList<Located<VirtualRoute>>> Http = Field.Optional("http", new ListValue<VirtualRoute>(VirtualRoute.Http), "its routes").Derived();
    private static readonly Field<IReadOnlyList<Located<VirtualRoute>>> Tls = Field.Optional("tls", new ListValue<VirtualRoute>(VirtualRoute.Stream), "its routes").Derived();
    private static readonly Field<IReadOnlyList<Located<VirtualRoute>>> Tcp = Field.Optional("tcp", new ListValue<VirtualRoute>(VirtualRoute.Stream), "its routes").Derived();

    private static readonly Field<Spec> SpecField = Field.Required(
        "spec",
        new ObjectValue<Spec>("the spec of a VirtualService", [Hosts, Gateways, Http, Tls, Tcp, IstioValues.ExportTo], ReadSpec),
        "who calls what").Derived();

    /// <summary>The reader.</summary>
    public static KindReader Kind { get; } = new(
        Languages.Istio,
        IstioKinds.Networking,
        RouteResource.VirtualServiceKind,
        IsNamespaced: true,
        NameRule.Subdomain,
        [SpecField, IstioKinds.Status],
        static input => input.Root.Read(SpecField) is { } spec
            ? new RouteResource(input.Key, input.Source) { Edges = spec.Edges, Delegates = spec.Delegates, ExportTo = spec.ExportTo, IsDelegate = spec.IsDelegate }
            : null);

    private sealed record Spec(EquatableArray<RouteEdge> Edges, EquatableArray<RouteDelegate> Delegates, EquatableArray<string> ExportTo, bool IsDelegate);

    private static Spec ReadSpec(ObjectInput input)
    {
        var hosts = input.ReadList(Hosts);
        var gateways = input.ReadList(Gateways).Texts();
        IEnumerable<(string Name, VirtualRoute Route)> routes =
        [
            .. Labelled("http", input.ReadList(Http)),
            .. Labelled("tls", input.ReadList(Tls)),
            .. Labelled("tcp", input.ReadList(Tcp)),
        ];
        var edges = new List<RouteEdge>();
        var delegates = new List<RouteDelegate>();
        foreach (var (name, route) in routes)
        {
            foreach (var (caller, port) in Callers(route, gateways.IsEmpty ? [Mesh] : gateways))
            {
                edges.AddRange(route.Targets.Select(target => new RouteEdge(caller, target.Destination, $"{name}.{target.Label}", target.Source) { AddressedPort = port, KeepsPort = target.KeepsPort }));
                if (route.Delegate is { } handed)
                    delegates.Add(new(caller, handed.Namespace, handed.Name, $"{name}.delegate", route.Source) { AddressedPort = port });
            }
        }

        return new(edges.ToEquatableArray(), delegates.ToEquatableArray(), input.ReadList(IstioValues.ExportTo).Texts(), hosts.Count == 0);
    }

    private static IEnumerable<(string, VirtualRoute)> Labelled(string name, IReadOnlyList<Located<VirtualRoute>> routes) =>
        routes.Select((route, index) => ($"{name}[{index}]", route.Value));

    private static IEnumerable<(RouteCaller Caller, ushort? Port)> Callers(VirtualRoute route, EquatableArray<string> gateways)
    {
        IEnumerable<VirtualMatch> matches = route.Matches.Count == 0 ? [VirtualMatch.Anything] : route.Matches;
        return matches.SelectMany(match => (match.Gateways.IsEmpty ? gateways : match.Gateways).Select(gateway => (Caller(match, gateway), match.Port))).Distinct();
    }

    private static RouteCaller Caller(VirtualMatch match, string gateway) =>
        gateway != Mesh ? new GatewayCaller(gateway, match.SourceNamespace, match.SourceLabels)
        : match.SourceLabels.Count == 0 && match.SourceNamespace.Length == 0 ? RouteCaller.NotStated
        : new WorkloadCaller(match.SourceNamespace, match.SourceLabels);
}
