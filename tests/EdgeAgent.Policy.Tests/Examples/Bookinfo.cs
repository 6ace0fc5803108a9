using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>The bookinfo application and the four policies that it was first secured with, as resources.</summary>
internal static class Bookinfo
{
    private const string Place = "default";

    /// <summary>Every host that takes part, by name, with its labels and address.</summary>
    public static IReadOnlyList<EndpointResource> Hosts { get; } =
    [
        Host("ingress", 1, ("istio", "ingress")),
        Host("productpage", 2, ("app", "productpage"), ("version", "v1")),
        Host("details", 3, ("app", "details"), ("version", "v1")),
        Host("reviews-v1", 4, ("app", "reviews"), ("version", "v1")),
        Host("reviews-v2", 5, ("app", "reviews"), ("version", "v2")),
        Host("reviews-v3", 6, ("app", "reviews"), ("version", "v3")),
        Host("ratings", 7, ("app", "ratings"), ("version", "v1")),
        Host("sleep", 8, ("app", "sleep")),
    ];

    public static NamespaceResource OpenNamespace { get; } = new(new(NamespaceResource.Kind, "", Place), SourcePosition.None);

    public static NamespaceResource ClosedNamespace { get; } = OpenNamespace with { IsolatesIngress = true };

    public static IReadOnlyList<PolicyResource> Policies { get; } =
    [
        Policy("calico-from-ingress-to-ppage", "app == 'productpage'", "istio == 'ingress'"),
        Policy("calico-from-productpage-to-reviews", "app == 'reviews' && version in {'v1', 'v2', 'v3'}", "app == 'productpage' && version == 'v1'"),
        Policy("calico-from-productpagev1-to-detailsv1", "app == 'details' && version == 'v1'", "app == 'productpage' && version == 'v1'"),
        Policy("calico-from-reviews-to-ratings", "app == 'ratings'", "app == 'reviews'"),
    ];

    /// <summary>The edges that the four policies leave.</summary>
    public static IReadOnlySet<(string From, string To)> Edges { get; } = new HashSet<(string From, string To)>
    {
        ("ingress", "productpage"),
        ("productpage", "details"),
        ("productpage", "reviews-v1"), ("productpage", "reviews-v2"), ("productpage", "reviews-v3"),
        ("reviews-v1", "ratings"), ("reviews-v2", "ratings"), ("reviews-v3", "ratings"),
    };

    /// <summary>The same edge at both ends: an ingress grant at one, an egress grant at the other, which it closes.</summary>
    public static PolicyResource Bookend(string name, string from, string to, ushort port, bool closesSource = true)
    {
        EquatableArray<PeerMatch> sources = [Match(from)];
        EquatableArray<PeerMatch> destinations = [Match(to)];
        EquatableArray<TrafficMatch> traffic = [new() { Protocol = new(IpProtocol.Tcp, false), Ports = PortMatch.Of(PortRange.Single(port)) }];
        return new(new("BookendPolicy", Place, name), SourcePosition.None)
        {
            Order = BuiltInTiers.KubernetesOrder,
            Ingress = new(destinations, [new(Verdict.Allow, "from", SourcePosition.None) { Peers = sources, Traffic = traffic }], true),
            Egress = new(sources, [new(Verdict.Allow, "to", SourcePosition.None) { Peers = destinations, Traffic = traffic }], closesSource),
        };
    }

    public static PeerMatch Match(string selector) => PeerMatch.Of(new EndpointMatch { Namespace = Place, Selector = Selector.Parse(selector) });

    public static ResourceKey Key(string host) => new("Host", Place, host);

    public static Packet Packet(string from, string to, Direction direction, ushort port = 9080)
    {
        var (source, destination) = (Address(from), Address(to));
        return direction == Direction.Outbound
            ? new(direction, source, destination, IpProtocol.Tcp, port)
            : new(direction, destination, source, IpProtocol.Tcp, port);
    }

    public static IpAddress Address(string host) => Hosts.Single(candidate => candidate.Key.Name == host).Addresses[0].Network;

    private static EndpointResource Host(string name, int number, params ReadOnlySpan<(string Key, string Value)> labels) =>
        new(Key(name), SourcePosition.None)
        {
            Nature = EndpointNature.Workload,
            IsManaged = true,
            Labels = LabelSet.Of(labels),
            Addresses = [Cidr.Parse($"10.0.0.{number}")],
        };

    private static PolicyResource Policy(string name, string to, string from)
    {
        EquatableArray<PeerMatch> subjects = [PeerMatch.Of(new EndpointMatch { Namespace = Place, Selector = Selector.Parse(to), WorkloadsOnly = true })];
        return new(new("NetworkPolicy", Place, name), new("bookinfo.yaml", name.Length, 1))
        {
            Order = BuiltInTiers.KubernetesOrder,
            Ingress = new(
                subjects,
                [new(Verdict.Allow, "ingress[0]", new("bookinfo.yaml", name.Length + 5, 3)) { Peers = [PeerMatch.Of(new EndpointMatch { Namespace = Place, Selector = Selector.Parse(from), WorkloadsOnly = true })] }],
                true),
        };
    }
}
