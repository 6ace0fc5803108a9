using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>Random worlds whose endpoints stand for interfaces of machines.</summary>
public sealed class BoundEndpoints
{
    private const int Worlds = 150;

    private static readonly string[] Interfaces = ["eth0", "eth1", "tun0"];

    [Fact]
    public void A_machine_enforces_its_own_half_and_on_each_interface_that_of_its_endpoints()
    {
        var denied = 0;
        for (var seed = 0; seed < Worlds; seed++)
        {
            var (random, resources) = World(seed);
            var state = Applied(resources);
            var alone = Applied([.. resources.Select(resource => Unbound(resource, state, resources))]);
            foreach (var machine in state.Hosts)
            {
                var endpoints = state.MachineOf.Where(pair => pair.Value == machine).Select(pair => pair.Key).Append(machine).ToList();
                var bindings = endpoints.Select(key => ((EndpointResource)state.Resources[key]).Binding).OfType<InterfaceBinding>().ToList();
                foreach (var packet in Packets(random, resources))
                {
                    var expected = endpoints.TrueForAll(endpoint =>
                        !IsAbout(((EndpointResource)state.Resources[endpoint]).Binding, bindings, packet.Interface)
                        || HostPolicyEvaluator.Allows(alone.PolicyOf(endpoint)!, packet));
                    Assert.True(expected == HostPolicyEvaluator.Allows(state.PolicyOf(machine)!, packet), $"seed {seed}: {machine} with {string.Join(", ", endpoints)}: {packet} on {packet.Interface}: expected {expected}");
                    denied += expected ? 0 : 1;
                }
            }
        }

        Assert.True(denied > 1000, $"{denied} packets were denied");
    }

    [Fact]
    public void Other_hosts_enforce_the_half_of_a_bound_endpoint_as_if_it_were_a_host()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var (_, resources) = World(seed);
            var state = Applied(resources);
            var alone = Applied([.. resources.Select(resource => Unbound(resource, state, resources))]);
            foreach (var host in state.Hosts.Where(host => ((EndpointResource)state.Resources[host]).Binding is null && !state.MachineOf.Values.Contains(host)))
                Assert.Equal(HostPolicyDigest.Text(alone.PolicyOf(host)!), HostPolicyDigest.Text(state.PolicyOf(host)!));
        }
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
                    ? Change.Of(Bound(hosts[random.Next(hosts.Count)], hosts, random))
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

    /// <summary>The resource as if its endpoint were a host by itself, in the mode that its machine has.</summary>
    private static Resource Unbound(Resource resource, EngineState state, List<Resource> resources) => resource is not EndpointResource { Binding: not null } endpoint ? resource : endpoint with
    {
        Binding = null,
        Mode = state.MachineOf.TryGetValue(endpoint.Key, out var machine) ? resources.OfType<EndpointResource>().First(host => host.Key == machine).Mode : endpoint.Mode,
    };

    private static bool IsAbout(InterfaceBinding? binding, List<InterfaceBinding> all, string name) =>
        binding is null || (binding.Interface is { } only ? only == name : all.TrueForAll(other => other.Interface != name));

    private static (Random Random, List<Resource> Resources) World(int seed)
    {
        var random = new Random(seed ^ 0x1F0E);
        var resources = RandomWorld.Create(seed);
        var hosts = resources.OfType<EndpointResource>().Where(endpoint => endpoint.IsManaged).ToList();
        return (random, [.. resources.Select(resource => resource is EndpointResource { IsManaged: true } host && random.Next(2) == 0 ? Bound(host, hosts, random) : resource)]);
    }

    private static EndpointResource Bound(EndpointResource endpoint, List<EndpointResource> hosts, Random random) => endpoint with
    {
        Binding = random.Next(6) == 0 ? null : new(
            random.Next(5) switch { 0 => endpoint.Key.Name, 1 => "nobody", _ => hosts[random.Next(hosts.Count)].Key.Name },
            random.Next(3) == 0 ? null : Interfaces[random.Next(2)]),
    };

    private static IEnumerable<Packet> Packets(Random random, List<Resource> resources)
    {
        var addresses = resources.OfType<EndpointResource>().SelectMany(endpoint => endpoint.Addresses.Items).Select(block => block.Network).ToList();
        for (var i = 0; i < 24; i++)
        {
            var self = addresses[random.Next(addresses.Count)];
            var peers = addresses.Where(peer => peer.Family == self.Family && peer != self).ToList();
            if (peers.Count == 0)
                continue;
            var between = BoundaryPackets.Between(self, peers[random.Next(peers.Count)]).ToList();
            yield return between[random.Next(between.Count)] with
            {
                Direction = random.Next(2) == 0 ? Direction.Inbound : Direction.Outbound,
                Interface = Interfaces[random.Next(Interfaces.Length)],
            };
        }
    }
}
