using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>Random worlds whose endpoints stand for interfaces of machines. <see cref="RandomWorlds"/> goes through more of them.</summary>
public sealed class BoundEndpoints
{
    private const int Worlds = 60;

    [Fact]
    public void A_machine_enforces_its_own_half_and_on_each_interface_that_of_its_endpoints()
    {
        var denied = 0;
        for (var seed = 0; seed < Worlds; seed++)
        {
            var (random, resources) = World(seed);
            var property = new BindingProperty(Applied(resources), random);
            property.Check(packets: 24);
            denied += property.Denied;
        }

        Assert.True(denied > 400, $"{denied} packets were denied");
    }

    [Fact]
    public void What_machines_enforce_depends_on_the_resources_alone()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var (random, resources) = World(seed);
            var (changes, property) = (new RandomChanges(random), new ChangeProperty());
            var state = EngineState.Empty;
            foreach (var part in resources.OrderBy(_ => random.Next()).Chunk(4))
                state = property.Step(state, Change.Of(part)).State;
            for (var i = 0; i < 8; i++)
            {
                var hosts = state.Resources.Values.OfType<EndpointResource>().Where(endpoint => endpoint.IsManaged).ToList();
                var change = i % 2 == 0 && hosts.Count > 0
                    ? Change.Of(RandomBindings.Bound(hosts[random.Next(hosts.Count)], hosts, random))
                    : changes.Next([.. state.Resources.Values], RandomWorld.Create(seed + 1));
                state = property.Step(state, change).State;
                property.AssertAsFromScratch(state);
            }

            property.AssertUnchanged();
        }
    }

    [Fact]
    public void An_endpoint_whose_node_is_no_host_or_several_is_a_host_and_a_warning_says_so()
    {
        var endpoint = Endpoint("HostEndpoint", "", "vm-eth0", 1) with { Binding = new("vm", "eth0") };

        var lonely = Applied([endpoint]);
        var bound = Applied([endpoint, Endpoint("Host", "a", "vm", 2)]);
        var torn = Applied([endpoint, Endpoint("Host", "a", "vm", 2), Endpoint("Host", "b", "vm", 3)]);

        Assert.Equal([endpoint.Key], lonely.Hosts);
        Assert.Equal([new ResourceKey("Host", "a", "vm")], bound.Hosts);
        Assert.Null(bound.SharedPolicyOf(endpoint.Key));
        Assert.Equal(3, torn.Hosts.Count());
        Assert.Contains(PolicyEngine.WarningsOf(lonely), warning => warning.ToString().Contains("no host is called 'vm'", StringComparison.Ordinal));
        Assert.DoesNotContain(PolicyEngine.WarningsOf(bound), warning => warning.Field == "spec.node");
        Assert.Contains(PolicyEngine.WarningsOf(torn), warning => warning.ToString().Contains("'vm' may be Host a/vm or Host b/vm", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_rule_says_of_its_own_end_is_about_the_address_that_is_used()
    {
        var (vm, endpoint) = (Endpoint("Host", "a", "vm", 2), Endpoint("HostEndpoint", "", "vm-eth1", 1) with { Binding = new("vm", "eth1") });
        var toVm = new PolicyRule(Verdict.Allow, "ingress[0]", SourcePosition.None) { Self = PeerMatch.Of(new EndpointMatch { Namespace = "a" }) };
        var machine = Applied([vm, endpoint, Closed("a", vm, toVm)]).PolicyOf(vm.Key)!;

        Assert.True(HostPolicyEvaluator.Allows(machine, Packet(Direction.Inbound, 2, "eth1")));
        Assert.False(HostPolicyEvaluator.Allows(machine, Packet(Direction.Inbound, 1, "eth1")));
    }

    [Fact]
    public void What_another_end_admits_is_about_the_address_that_is_used()
    {
        var (vm, endpoint) = (Endpoint("Host", "a", "vm", 2), Endpoint("HostEndpoint", "", "vm-eth1", 1) with { Binding = new("vm", "eth1") });
        var peer = Endpoint("Host", "b", "db", 9);
        var fromEndpoint = new PolicyRule(Verdict.Allow, "ingress[0]", SourcePosition.None) { Peers = [PeerMatch.Of(endpoint.Addresses)] };
        var machine = Applied([vm, endpoint, peer, Closed("b", peer, fromEndpoint)]).PolicyOf(vm.Key)!;

        Assert.True(HostPolicyEvaluator.Allows(machine, Packet(Direction.Outbound, 1, "eth1")));
        Assert.False(HostPolicyEvaluator.Allows(machine, Packet(Direction.Outbound, 2, "eth1")));
        Assert.False(HostPolicyEvaluator.Allows(machine, Packet(Direction.Outbound, 2, "eth0")));
    }

    private static PolicyResource Closed(string space, EndpointResource subject, PolicyRule rule) => new(new("NetworkPolicy", space, "p"), SourcePosition.None)
    {
        Ingress = new([PeerMatch.Of(new EndpointMatch { Namespace = subject.Key.Namespace })], [rule], true),
    };

    private static Packet Packet(Direction direction, int self, string name) =>
        new(direction, IpAddress.Parse($"10.0.0.{self}"), IpAddress.Parse("10.0.0.9"), IpProtocol.Tcp, 80) { Interface = name };

    private static EngineState Applied(List<Resource> resources)
    {
        var result = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. resources]));
        Assert.True(result.Accepted, string.Join('\n', result.Diagnostics));
        return result.State;
    }

    private static EndpointResource Endpoint(string kind, string space, string name, int address) => new(new(kind, space, name), SourcePosition.None)
    {
        Nature = kind == "Host" ? EndpointNature.Workload : EndpointNature.HostEndpoint,
        IsManaged = true,
        Addresses = [Cidr.Parse($"10.0.0.{address}/32")],
    };

    private static (Random Random, List<Resource> Resources) World(int seed)
    {
        var random = new Random(seed ^ 0x1F0E);
        return (random, RandomBindings.AddTo(RandomWorld.Create(seed), random));
    }
}
