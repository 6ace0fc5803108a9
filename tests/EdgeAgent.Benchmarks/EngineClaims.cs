using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Benchmarks;

/// <summary>What computing a fleet's policy costs.</summary>
internal static class EngineClaims
{
    private const int Identities = 200;
    private const int Policies = 1000;
    private const int Runs = 5;

    /// <summary>Built from nothing, and after one host's label changed.</summary>
    public static IEnumerable<Claim> Fleet()
    {
        const int Hosts = 10_000;
        EquatableArray<Resource> resources = [.. Enumerable.Range(0, Hosts).Select(number => Host(number, number % Identities)), .. Enumerable.Range(0, Policies).Select(Policy)];
        var state = EngineState.Empty;
        var build = Median.Of(Runs, time => time(() => state = PolicyEngine.Apply(EngineState.Empty, new(resources, [])).State));
        yield return new("engine.build", build, "ms", 1500, $"{Hosts} hosts in {Identities} identities, {Policies} policies");
        var other = 0;
        var label = Median.Of(Runs * 4, time =>
        {
            other = (other + 1) % Identities;
            return time(() => PolicyEngine.Apply(state, Change.Of(Host(0, other))));
        });
        yield return new("engine.label-change", label, "ms", 5, "one host of them gets another label");
    }

    private static EndpointResource Host(int number, int identity) => new(new("Host", "bench", $"host-{number}"), SourcePosition.None)
    {
        Nature = EndpointNature.Workload,
        IsManaged = true,
        Labels = LabelSet.Of(("app", $"app-{identity}")),
        Addresses = [Cidr.Single(new(IpFamily.V4, (UInt128)(0x0a000000u + (uint)(number * 2))))],
    };

    private static PolicyResource Policy(int number)
    {
        PeerMatch App(int app) => PeerMatch.Of(new EndpointMatch { Namespace = "bench", Selector = Selector.Equal("app", $"app-{app % Identities}") });
        var rule = new PolicyRule(Verdict.Allow, "ingress[0]", SourcePosition.None)
        {
            Peers = [App((number * 7) + 1)],
            Traffic = [new() { Protocol = new(IpProtocol.Tcp, false), Ports = PortMatch.Of(PortRange.Single((ushort)(8000 + (number % 50)))) }],
        };
        return new(new("NetworkPolicy", "bench", $"policy-{number}"), SourcePosition.None)
        {
            Order = BuiltInTiers.KubernetesOrder,
            Ingress = new([App(number)], [rule], true),
        };
    }
}
