using EdgeAgent.Contracts;
using EdgeAgent.Policy;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Benchmarks;

/// <summary>
/// A fleet of applications, each with as many hosts as the others and isolated by ingress policies that let in other applications: what
/// users bring first. Egress is open, so that every host also holds what the others' ingress means to it.
/// </summary>
/// <param name="Hosts">How many hosts.</param>
/// <param name="Identities">How many applications, which are as many identities.</param>
/// <param name="Policies">How many policies.</param>
internal sealed record FleetWorld(int Hosts, int Identities, int Policies)
{
    /// <summary>All resources.</summary>
    public EquatableArray<Resource> Resources =>
        [.. Enumerable.Range(0, Hosts).Select(number => Host(number, number % Identities)), .. Enumerable.Range(0, Policies).Select(Policy)];

    /// <summary>The size in words.</summary>
    public string Words => $"{Hosts} hosts in {Identities} identities, {Policies} policies";

    /// <summary>A host of an application.</summary>
    public static EndpointResource Host(int number, int application) => new(new("Host", "bench", $"host-{number}"), SourcePosition.None)
    {
        Nature = EndpointNature.Workload,
        IsManaged = true,
        Labels = LabelSet.Of(("app", $"app-{application}")),
        Addresses = [Cidr.Single(new(IpFamily.V4, (UInt128)(0x0a000000u + (uint)(number * 2))))],
    };

    /// <summary>A pod of an application, without agent.</summary>
    public static EndpointResource Pod(int number, int address, int application) => new(new("Pod", "bench", $"pod-{number}"), SourcePosition.None)
    {
        Nature = EndpointNature.Workload,
        Labels = LabelSet.Of(("app", $"app-{application}")),
        ServiceAccount = $"app-{application}",
        Addresses = [Cidr.Single(new(IpFamily.V4, (UInt128)(0x0af40000u + (uint)(address * 2))))],
    };

    /// <summary>
    /// What Istio says of the fleet: a service of each application, a route to it from another, and an AuthorizationPolicy that lets in a third
    /// one's account and refuses a fourth one's.
    /// </summary>
    public IEnumerable<Resource> Mesh => Enumerable.Range(0, Identities).SelectMany(number => new Resource[]
    {
        new ServiceResource(new(ServiceResource.Kind, "bench", $"app-{number}"), SourcePosition.None)
        {
            Selector = Selector.Equal("app", $"app-{number}"),
            Ports = [new("http", IpProtocol.Tcp, 80, new(8080, ""))],
        },
        new RouteResource(new(RouteResource.RouteRuleKind, "bench", $"route-{number}"), SourcePosition.None)
        {
            Edges = [new(new ServiceCaller($"app-{(number + 1) % Identities}", "", LabelSet.Empty), new($"app-{number}", "", "", LabelSet.Empty, null), "destination", SourcePosition.None)],
        },
        Authorization(number, "allow", AuthorizationAction.Allow, new() { Principals = [Principal((number + 2) % Identities)] }),
        Authorization(number, "deny", AuthorizationAction.Deny, new() { Principals = [Principal((number + 3) % Identities)], NotPrincipals = [Principal((number + 4) % Identities)] }),
    });

    private static string Principal(int application) => $"cluster.local/ns/bench/sa/app-{application}";

    private static AuthorizationPolicyResource Authorization(int number, string name, AuthorizationAction action, AuthorizationSource source) =>
        new(new(AuthorizationPolicyResource.Kind, "bench", $"{name}-{number}"), SourcePosition.None)
        {
            Selector = LabelSet.Of(("app", $"app-{number}")),
            Action = action,
            Rules = [new("rules[0]", SourcePosition.None) { From = [source], To = [new([8080], [])] }],
        };

    /// <summary>A policy that lets an application into another.</summary>
    public PolicyResource Policy(int number) => Grant($"policy-{number}", [number % Identities], [((number * 7) + 1) % Identities], (ushort)(8000 + (number % 50)));

    /// <summary>A policy that lets applications into others at a port.</summary>
    public static PolicyResource Grant(string name, IEnumerable<int> to, IEnumerable<int> from, ushort port)
    {
        var rule = new PolicyRule(Verdict.Allow, "ingress[0]", SourcePosition.None)
        {
            Peers = [Applications(from)],
            Traffic = [new() { Protocol = new(IpProtocol.Tcp, false), Ports = PortMatch.Of(PortRange.Single(port)) }],
        };
        return new(new("NetworkPolicy", "bench", name), SourcePosition.None)
        {
            Order = BuiltInTiers.KubernetesOrder,
            Ingress = new([Applications(to)], [rule], true),
        };
    }

    private static PeerMatch Applications(IEnumerable<int> applications)
    {
        string[] names = [.. applications.Select(application => $"app-{application}")];
        return PeerMatch.Of(new EndpointMatch
        {
            Namespace = "bench",
            Selector = names is [var only] ? Selector.Equal("app", only) : Selector.In("app", names),
            WorkloadsOnly = true,
        });
    }
}
