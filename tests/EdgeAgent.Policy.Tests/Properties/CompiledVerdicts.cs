using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>For every pair of hosts the resources, the source's host policy alone and the destination's alone say the same.</summary>
public sealed class CompiledVerdicts
{
    [Fact]
    public void Both_ends_enforce_what_the_resources_say()
    {
        foreach (var seed in Seeds.Some(80))
            Check(seed);
    }

    private static void Check(int seed)
    {
        var resources = RandomWorld.Create(seed);
        var result = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. resources]));
        Assert.True(result.Accepted, $"seed {seed}: {string.Join('\n', result.Diagnostics)}");
        var oracle = new PolicyOracle(resources);
        var hosts = oracle.Hosts.ToList();
        foreach (var source in hosts)
        {
            foreach (var destination in hosts.Where(other => other.Key != source.Key))
                CheckPair(seed, result.State, oracle, source, destination);
        }

        foreach (var host in hosts)
            CheckStrangers(seed, result.State, oracle, host, resources);
    }

    private static void CheckPair(int seed, EngineState state, PolicyOracle oracle, EndpointResource source, EndpointResource destination)
    {
        var outbound = state.PolicyOf(source.Key)!;
        var inbound = state.PolicyOf(destination.Key)!;
        var destinationOnly = state.Resources.Values.OfType<NamespaceResource>().Any(place => place.Key.Name == source.Key.Namespace && place.Bookend == BookendPlacement.Destination);
        foreach (var packet in Packets(source, destination))
        {
            var expected = oracle.Allows(packet);
            var atSource = destinationOnly ? oracle.Half(packet, Direction.Outbound) : expected;
            Assert.True(atSource == HostPolicyEvaluator.Allows(outbound, packet), $"seed {seed}: {source.Key} -> {destination.Key} at the source: {packet}: expected {atSource}");
            var arriving = packet with { Direction = Direction.Inbound, Self = packet.Peer, Peer = packet.Self };
            Assert.True(expected == HostPolicyEvaluator.Allows(inbound, arriving), $"seed {seed}: {source.Key} -> {destination.Key} at the destination: {packet}: expected {expected}");
            if (packet.Port % 2 == 1)
                continue;
            var decision = PolicyEngine.Decide(state, ProbeOf(packet));
            Assert.True(expected == decision.Allowed, $"seed {seed}: {source.Key} -> {destination.Key} decided: {packet}: expected {expected}");
        }
    }

    /// <summary>Addresses that no host has are met by the host's own half alone.</summary>
    private static void CheckStrangers(int seed, EngineState state, PolicyOracle oracle, EndpointResource host, List<Resource> resources)
    {
        var strangers = new[] { "10.0.0.250", "10.0.1.200", "192.0.2.7", "203.0.113.9", "fd00::ffff", "2001:db8::1", "2001:4860::1" }.Select(IpAddress.Parse)
            .Concat(resources.OfType<EndpointResource>().Where(other => !other.IsManaged).SelectMany(other => other.Addresses.Items).Select(block => block.Last))
            .Where(address => !oracle.Hosts.Any(other => other.Addresses.Items.Contains(Cidr.Single(address))));
        var policy = state.PolicyOf(host.Key)!;
        foreach (var (self, stranger) in host.Addresses.Items.SelectMany(block => strangers, (block, stranger) => (block.Network, stranger)).Where(pair => pair.Network.Family == pair.stranger.Family))
        {
            foreach (var packet in BoundaryPackets.Between(self, stranger))
            {
                Assert.True(oracle.Half(packet, Direction.Outbound) == HostPolicyEvaluator.Allows(policy, packet), $"seed {seed}: {host.Key} to a stranger: {packet}");
                var arriving = packet with { Direction = Direction.Inbound };
                Assert.True(oracle.Half(arriving, Direction.Inbound) == HostPolicyEvaluator.Allows(policy, arriving), $"seed {seed}: {host.Key} from a stranger: {arriving}");
            }
        }
    }

    private static IEnumerable<Packet> Packets(EndpointResource source, EndpointResource destination) =>
        from self in source.Addresses.Items
        from peer in destination.Addresses.Items
        where self.Family == peer.Family
        from packet in BoundaryPackets.Between(self.Network, peer.Network)
        select packet;

    private static Probe ProbeOf(Packet packet) =>
        new(packet.Self.ToString(), packet.Peer.ToString(), packet.Protocol, packet.Port) { SourcePort = packet.SourcePort, IcmpType = packet.IcmpType, IcmpCode = packet.IcmpCode };
}
