using EdgeAgent.Contracts;
using EdgeAgent.Testing;

namespace EdgeAgent.Policy.Tests;

/// <summary>
/// Random worlds whose policies also grant by name. Each end enforces its own half exactly, with the addresses that names have; neither end
/// denies what a name grants at the other; and both together do what the resources say. <see cref="RandomWorlds"/> goes through more of them.
/// </summary>
public sealed class WorldsWithNames
{
    private const int Worlds = 80, Packets = 6;

    [Fact]
    public void Both_ends_together_enforce_what_the_resources_say_wherever_names_lead()
    {
        var granted = 0;
        for (var seed = 0; seed < Worlds; seed++)
        {
            var (random, resources) = World(seed);
            var state = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. resources])).State;
            var hosts = resources.OfType<EndpointResource>().Where(endpoint => endpoint.IsManaged).ToList();
            var addresses = hosts.SelectMany(host => host.Addresses.Items).Select(block => block.Network).ToList();
            var names = RandomNames.Resolved(addresses, random);
            var oracle = new PolicyOracle(resources, names);
            foreach (var (source, self) in hosts.SelectMany(host => host.Addresses.Items, (host, block) => (host, block.Network)))
            {
                foreach (var peer in addresses.Concat(RandomNames.Elsewhere).Where(peer => peer.Family == self.Family && !source.Addresses.Items.Contains(Cidr.Single(peer))))
                {
                    var destination = hosts.Find(host => host.Addresses.Items.Contains(Cidr.Single(peer)));
                    var all = BoundaryPackets.Between(self, peer).ToList();
                    for (var i = 0; i < Packets; i++)
                    {
                        var packet = Pick(random, all);
                        var (egress, ingress) = (oracle.Half(packet, Direction.Outbound), oracle.Half(packet, Direction.Inbound));
                        var atSource = HostPolicyEvaluator.Allows(state.PolicyOf(source.Key)!.With(names), packet);
                        var atDestination = destination is null
                            || HostPolicyEvaluator.Allows(state.PolicyOf(destination.Key)!.With(names), packet with { Direction = Direction.Inbound, Self = packet.Peer, Peer = packet.Self });
                        var where = $"seed {seed}: {source.Key} -> {destination?.Key.ToString() ?? "nobody's"}: {packet}: halves {egress}, {ingress}; ends {atSource}, {atDestination}";
                        Assert.True((egress && ingress) == (atSource && atDestination), where);
                        Assert.True((egress || !atSource) && (ingress || !atDestination), $"{where}: an end lets through what its own half denies");
                        granted += names.Names.Any(name => names.Of(name).Contains(peer)) && atSource ? 1 : 0;
                    }
                }
            }
        }

        Assert.True(granted > 500, $"{granted} packets to names passed");
    }

    [Fact]
    public void A_probe_of_a_name_has_the_verdict_of_an_address_that_only_the_name_speaks_of()
    {
        for (var seed = 0; seed < Worlds; seed++)
        {
            var (random, resources) = World(seed);
            var state = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. resources])).State;
            var names = ResolvedNames.Of([KeyValuePair.Create(RandomNames.Known[0], RandomNames.Elsewhere.AsEnumerable())]);
            var oracle = new PolicyOracle(resources, names);
            foreach (var host in oracle.Hosts)
            {
                for (var i = 0; i < Packets; i++)
                {
                    var packet = Pick(random, BoundaryPackets.Between(IpAddress.Parse("10.0.0.1"), RandomNames.Elsewhere[0]).ToList());
                    foreach (var direction in new[] { Direction.Outbound, Direction.Inbound })
                    {
                        var expected = host.Addresses.Items.Select(block => block.Network).All(self => oracle.Half(packet with { Direction = direction, Self = self, Peer = RandomNames.Elsewhere.First(peer => peer.Family == self.Family) }, direction));
                        var text = host.Key.Namespace.Length > 0 ? $"{host.Key.Namespace}/{host.Key.Name}" : host.Key.Name;
                        var (from, to) = direction == Direction.Outbound ? (text, RandomNames.Known[0]) : (RandomNames.Known[0], text);
                        var decision = PolicyEngine.Decide(state, new(from, to, packet.Protocol, packet.Port) { SourcePort = packet.SourcePort, IcmpType = packet.IcmpType, IcmpCode = packet.IcmpCode });
                        Assert.True(expected == decision.Allowed, $"seed {seed}: {from} -> {to}: {packet}: {decision}");
                    }
                }
            }
        }
    }

    [Fact]
    public void Names_come_and_go_with_the_policies_that_grant_them_and_deltas_carry_them()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var (random, resources) = World(seed);
            var (state, held) = (EngineState.Empty, new Dictionary<ResourceKey, HostPolicy>());
            foreach (var part in resources.OrderBy(_ => random.Next()).Chunk(3).Concat([resources.ToArray(), [.. resources.Where(resource => random.Next(3) > 0)]]))
            {
                var deleted = part.Length > 3 ? state.Resources.Keys.Where(key => !part.Any(resource => resource.Key == key)).ToEquatableArray() : [];
                var next = PolicyEngine.Apply(state, new([.. part], deleted)).State;
                var scratch = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. next.Resources.Values])).State;
                foreach (var host in next.Hosts)
                {
                    var policy = next.PolicyOf(host)!;
                    Assert.Equal(HostPolicyDigest.Text(scratch.PolicyOf(host)!), HostPolicyDigest.Text(policy));
                    held[host] = held.TryGetValue(host, out var before) ? HostPolicyDelta.Between(before, policy).ApplyTo(before) : policy;
                    Assert.Equal(HostPolicyDigest.Of(policy), HostPolicyDigest.Of(held[host]));
                }

                state = next;
            }
        }
    }

    [Fact]
    public void The_table_and_the_changed_flows_say_of_a_name_what_a_probe_of_it_says()
    {
        var (allowed, changed) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var (random, resources) = World(seed);
            var before = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. resources])).State;
            var after = PolicyEngine.Apply(before, Change.Delete([.. resources.OfType<PolicyResource>().Where(_ => random.Next(2) == 0).Select(policy => policy.Key)])).State;
            var (table, flows) = (FlowTable.Of(before), ChangedFlows.Between(before, after));
            foreach (var name in table.Groups.Select(group => group.DomainName).OfType<string>())
            {
                foreach (var (host, self) in resources.OfType<EndpointResource>().Where(endpoint => endpoint.IsManaged).SelectMany(host => host.Addresses.Items, (host, block) => (host, block.Network)))
                {
                    foreach (var isSource in new[] { true, false })
                    {
                        var packet = Pick(random, BoundaryPackets.Between(self, NameMeaning.Address(self.Family)).Where(packet => packet.Protocol.HasPorts).ToList());
                        var (was, now) = (Asked(before), Asked(after));
                        Assert.Equal(was, Cell(table.GroupOf(self)!, table.Groups.Single(group => group.DomainName == name)).Contains(packet.Protocol, packet.Port, packet.SourcePort));
                        var (own, other) = (flows.GroupOf(self)!, flows.Groups.Single(group => group.DomainName == name));
                        var told = flows.Changes.Where(change => change.Sources.Contains(isSource ? own : other) && change.Destinations.Contains(isSource ? other : own)
                            && (change.Family is not { } family || family == self.Family) && change.Traffic.Contains(packet.Protocol, packet.Port, packet.SourcePort)).Select(change => change.IsAllowed);
                        Assert.Equal(was == now ? [] : [now], told);
                        allowed += was ? 1 : 0;
                        changed += was == now ? 0 : 1;

                        bool Asked(EngineState state) => PolicyEngine.Decide(state, new(isSource ? self.ToString() : name, isSource ? name : self.ToString(), packet.Protocol, packet.Port) { SourcePort = packet.SourcePort }).Allowed;
                        TrafficSet Cell(FlowGroup own, FlowGroup named) => table.Allowed(isSource ? own : named, isSource ? named : own, self.Family)!;
                    }
                }
            }
        }

        Assert.True(allowed > 50 && changed > 20, $"{allowed} allowed, {changed} changed");
    }

    private static (Random Random, List<Resource> Resources) World(int seed)
    {
        var random = new Random(seed ^ 0x4E61);
        return (random, RandomNames.AddTo(RandomWorld.Create(seed), random));
    }

    private static Packet Pick(Random random, List<Packet> packets) => packets[random.Next(packets.Count)];
}
