using EdgeAgent.Contracts;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Testing;

/// <summary>
/// Services, what a cluster says of them, Istio's resources, and Calico's policies that name services, made up from the few words of
/// <see cref="RandomWorld"/>.
/// </summary>
public sealed class RandomMesh(Random random, RandomMatches matches)
{
    private static readonly string[] ServiceNames = ["s1", "s2", "s3"];
    private static readonly string[] EntryHosts = ["a.example.com", "b.example.com", "*.example.org"];
    private static readonly string[] PortNames = ["http", "dns"];
    private static readonly ushort[] Ports = [53, 80, 8080];
    private static readonly string[] Subsets = ["v1", "v2"];

    /// <summary>Some of all of it.</summary>
    public List<Resource> Resources()
    {
        var result = new List<Resource>();
        result.AddRange(Some(4, Service));
        result.AddRange(Some(3, Slice));
        result.AddRange(Some(3, Entry));
        result.AddRange(Some(4, Pod));
        result.AddRange(Some(2, Group));
        result.AddRange(Some(2, Subset));
        result.AddRange(Some(2, Gateway));
        result.AddRange(Some(4, Route));
        result.AddRange(Some(3, Sidecar));
        result.AddRange(Some(4, Authorization));
        result.AddRange(Some(3, NamingServices));
        if (random.Next(3) == 0)
            result.Add(new MeshResource(new(MeshResource.Kind, "", "default"), Position()) { Settings = new(Pick(RandomWorld.Namespaces), random.Next(2) == 0 ? "cluster.local" : "example.org") });
        return [.. result.DistinctBy(resource => resource.Key)];
    }

    /// <summary>What a namespace says of its mesh.</summary>
    public MeshSettings Settings() => new((MeshMembership)random.Next(3), (RouteCallers)random.Next(3), random.Next(2) == 0);

    /// <summary>Whether a resource has a part in a mesh, or in what services mean.</summary>
    public static bool Holds(Resource resource) =>
        resource is not (EndpointResource or NamespaceResource or TierResource or PolicyResource { NamesServices: false }) || resource is EndpointResource { Key.Kind: "Pod" };

    private IEnumerable<Resource> Some(int atMost, Func<Resource> make) => Enumerable.Range(0, random.Next(atMost)).Select(_ => make());

    private ServiceResource Service() => new(new(ServiceResource.Kind, Namespace(), Pick(ServiceNames)), Position())
    {
        Selector = random.Next(4) == 0 ? null : matches.Selector(1),
        Ports = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => ServicePort())],
    };

    private ServicePort ServicePort() => new(
        Pick(PortNames), random.Next(5) == 0 ? IpProtocol.Udp : IpProtocol.Tcp, Pick(Ports), random.Next(3) switch
        {
            0 => new(0, ""),
            1 => new(Pick(Ports), ""),
            _ => new(0, Pick(PortNames)),
        });

    private EndpointSliceResource Slice() => new(new("EndpointSlice", Namespace(), $"e{random.Next(3)}"), Position())
    {
        Service = Pick(ServiceNames),
        Addresses = [.. Singles()],
        Ports = [.. matches.NamedPorts().DistinctBy(port => port.Name)],
    };

    private ServiceEntryResource Entry()
    {
        var isStatic = random.Next(2) == 0;
        return new(new(ServiceEntryResource.Kind, Namespace(), $"se{random.Next(3)}"), Position())
        {
            Hosts = [.. EntryHosts.Where(_ => random.Next(2) == 0).DefaultIfEmpty(EntryHosts[0])],
            Ports = [ServicePort() with { TargetPort = new(random.Next(2) == 0 ? (ushort)0 : Pick(Ports), "") }],
            Resolution = isStatic ? ServiceResolution.Static : ServiceResolution.None,
            Addresses = isStatic ? [] : [.. matches.Nets()],
            Endpoints = !isStatic ? [] : [.. Singles().Select(block => new ServiceEndpoint(block.Network, "", random.Next(2) == 0 ? [] : [new(Pick(PortNames), Pick(Ports))], matches.Labels()))],
            WorkloadSelector = isStatic && random.Next(3) == 0 ? matches.Labels() : null,
            ExportTo = ExportTo(),
        };
    }

    private EndpointResource Pod() => new(new("Pod", Namespace(), $"pod{random.Next(5)}"), Position())
    {
        Nature = EndpointNature.Workload,
        Labels = matches.Labels(),
        Addresses = [.. Singles()],
        Ports = [.. matches.NamedPorts()],
        RenumbersServicePorts = random.Next(4) == 0,
        ServiceAccount = matches.ServiceAccount(),
    };

    private WorkloadGroupResource Group() => new(new(WorkloadGroupResource.Kind, Namespace(), $"g{random.Next(2)}"), Position())
    {
        Labels = matches.Labels(),
        Ports = random.Next(2) == 0 ? [] : [new(Pick(PortNames), IpProtocol.Tcp, Pick(Ports))],
        ServiceAccount = matches.ServiceAccount(),
    };

    private DestinationRuleResource Subset() => new(new(DestinationRuleResource.Kind, Namespace(), $"d{random.Next(2)}"), Position())
    {
        Host = random.Next(6) == 0 ? $"*.{Namespace()}.svc.cluster.local" : ServiceHost(),
        ExportTo = ExportTo(),
        Subsets = [.. Subsets.Select(name => new ServiceSubset(name, matches.Labels()))],
    };

    private GatewayResource Gateway() => new(new(GatewayResource.Kind, Namespace(), $"gw{random.Next(2)}"), Position()) { Selector = matches.Labels() };

    private RouteResource Route() => new(new(random.Next(2) == 0 ? RouteResource.RouteRuleKind : RouteResource.VirtualServiceKind, Namespace(), $"r{random.Next(4)}"), Position())
    {
        Edges = [.. Enumerable.Range(0, random.Next(1, 3)).Select(i => new RouteEdge(Caller(), Destination(), $"http[{i}]", Position()) { AddressedPort = random.Next(3) == 0 ? Pick(Ports) : null })],
        Delegates = random.Next(4) > 0 ? [] : [new(Caller(), random.Next(2) == 0 ? "" : Namespace(), $"r{random.Next(4)}", "http[9].delegate", Position())],
        ExportTo = ExportTo(),
        IsDelegate = random.Next(5) == 0,
    };

    private RouteCaller Caller() => random.Next(5) switch
    {
        0 or 1 => RouteCaller.NotStated,
        2 => new ServiceCaller(Pick(ServiceNames), "", random.Next(2) == 0 ? LabelSet.Empty : matches.Labels()),
        3 => new WorkloadCaller(random.Next(2) == 0 ? "" : Namespace(), matches.Labels()),
        _ => new GatewayCaller($"gw{random.Next(2)}", random.Next(2) == 0 ? "" : Namespace(), LabelSet.Empty),
    };

    private RouteDestination Destination() => new(
        ServiceHost(), "", random.Next(3) == 0 ? Pick(Subsets) : "", random.Next(3) == 0 ? matches.Labels() : LabelSet.Empty, random.Next(2) == 0 ? Pick(Ports) : null);

    private string ServiceHost() => random.Next(4) switch
    {
        0 => Pick(EntryHosts).Replace("*", "x", StringComparison.Ordinal),
        1 => $"{Pick(ServiceNames)}.{Namespace()}.svc.cluster.local",
        _ => Pick(ServiceNames),
    };

    private SidecarResource Sidecar() => new(new(SidecarResource.Kind, Namespace(), $"sc{random.Next(3)}"), Position())
    {
        WorkloadSelector = random.Next(2) == 0 ? matches.Labels() : null,
        StatesImports = true,
        RegistryOnly = random.Next(3) > 0,
        Imports = [.. Enumerable.Range(0, random.Next(1, 3)).Select(i => new SidecarImport(
            Pick([".", "*", "blue"]), Pick(["*", "a.example.com", "*.example.org", "s1.blue.svc.cluster.local"]), random.Next(4) == 0, random.Next(3) == 0 ? Pick(Ports) : null, $"egress[{i}]", Position()))],
    };

    private AuthorizationPolicyResource Authorization() => new(new(AuthorizationPolicyResource.Kind, Namespace(), $"a{random.Next(4)}"), Position())
    {
        Selector = random.Next(3) == 0 ? null : matches.Labels(),
        Action = random.Next(5) == 0 ? AuthorizationAction.None : random.Next(3) == 0 ? AuthorizationAction.Deny : AuthorizationAction.Allow,
        Rules = [.. Enumerable.Range(0, random.Next(3)).Select(i => new AuthorizationRule($"rules[{i}]", Position())
        {
            From = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Source())],
            To = [.. Enumerable.Range(0, random.Next(2)).Select(_ => Operation())],
            WhenSource = random.Next(4) == 0 ? [Source()] : [],
            WhenPort = random.Next(5) == 0 ? [Operation()] : [],
            WhenSelf = random.Next(6) == 0 ? [PeerMatch.Of([.. matches.Nets()])] : [],
        })],
    };

    private AuthorizationSource Source() => new()
    {
        Principals = Rarely(() => new List<string> { Principal() }),
        NotPrincipals = Rarely(() => new List<string> { Principal() }),
        Namespaces = Rarely(() => new List<string> { Pick(["blue", "gr*", "*d", "*"]) }),
        NotNamespaces = Rarely(() => new List<string> { Pick(["blue", "gr*", "*d"]) }),
        Blocks = Rarely(matches.Nets),
        NotBlocks = Rarely(matches.Nets),
    };

    private string Principal() => Pick(["*", $"cluster.local/ns/{Namespace()}/sa/web", $"cluster.local/ns/{Namespace()}/*", "*/sa/db", "example.org/*"]);

    private AuthorizationOperation Operation() => new(random.Next(2) == 0 ? [] : [Pick(Ports), Pick(Ports)], random.Next(3) > 0 ? [] : [Pick(Ports)]);

    private PolicyResource NamingServices()
    {
        EquatableArray<PolicyRule> rules =
        [
            .. Enumerable.Range(0, random.Next(1, 3)).Select(i => new PolicyRule(random.Next(4) == 0 ? Verdict.Deny : Verdict.Allow, $"rule[{i}]", Position())
            {
                Peers = [],
                Service = new(Namespace(), Pick(ServiceNames), random.Next(2) == 0),
                Traffic = random.Next(2) == 0 ? null : [matches.Traffic()],
            }),
        ];
        var side = new PolicySide([matches.Peer()], rules, true);
        var isEgress = random.Next(2) == 0;
        return new(new("GlobalNetworkPolicy", "", $"n{random.Next(3)}"), Position())
        {
            NamesServices = true,
            Order = random.Next(3) * 500,
            Ingress = isEgress ? null : side,
            Egress = isEgress ? side : null,
        };
    }

    private EquatableArray<string> ExportTo() => random.Next(4) > 0 ? [] : [Pick([".", "*", "blue"])];

    private EquatableArray<T> Rarely<T>(Func<List<T>> make) => random.Next(4) == 0 ? [.. make()] : [];

    /// <summary>Addresses that hosts may have as well.</summary>
    private IEnumerable<Cidr> Singles() => Enumerable.Range(0, random.Next(1, 3)).Select(_ =>
        Cidr.Single(IpAddress.Parse(random.Next(3) > 0 ? $"10.0.{random.Next(2)}.{(random.Next(2) * 128) + random.Next(1, 9)}" : $"fd00::{random.Next(2)}:{(random.Next(2) * 128) + random.Next(1, 9):x}"))).Distinct();

    private string Namespace() => Pick(RandomWorld.Namespaces);

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private SourcePosition Position() => new("mesh.yaml", random.Next(1, 1000), 1);
}
