using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>
/// For every pair of hosts the resources, the source's host policy alone and the destination's alone say the same; towards addresses
/// that no host has, each host does what the resources say of its own half. Where policies grant by name, each end knows the other's half
/// as if any address might be meant.
/// </summary>
public sealed class VerdictProperty
{
    private const int FewStrangers = 4;

    private static readonly IpAddress[] Strangers =
        [.. new[] { "10.0.0.250", "10.0.1.200", "192.0.2.7", "203.0.113.9", "fd00::ffff", "2001:db8::1", "2001:4860::1" }.Select(IpAddress.Parse)];

    private readonly EngineState _state;
    private readonly Random _random;
    private readonly int? _packets;
    private readonly IpAddress[] _strangers;

    /// <summary>The addresses that names have; null where policies grant to none.</summary>
    private readonly ResolvedNames? _names;

    private readonly Dictionary<ResourceKey, HostPolicy> _policies = [];

    /// <summary>What the resources say: where names lead where they do, to nowhere, and anywhere.</summary>
    private readonly PolicyOracle _oracle, _withoutNames, _withAnyNames;

    /// <param name="state">The state.</param>
    /// <param name="random">Chooses packets, and where names lead.</param>
    /// <param name="packets">How many packets to look at between two addresses; null for all.</param>
    public VerdictProperty(EngineState state, Random random, int? packets)
    {
        (_state, _random, _packets, _strangers) = (state, random, packets, Strangers);
        _oracle = _withoutNames = _withAnyNames = PolicyOracle.Of(state);
        if (!RandomNames.Are(_state.Resources.Values))
            return;
        _strangers = [.. Strangers, .. RandomNames.Elsewhere];
        var addresses = _oracle.Hosts.SelectMany(host => host.Addresses.Items).Select(block => block.Network).ToList();
        _names = RandomNames.Resolved(addresses, random);
        _oracle = PolicyOracle.Of(state, _names);
        _withAnyNames = PolicyOracle.Of(state, ResolvedNames.Of(RandomNames.Known.Select(name => KeyValuePair.Create(name, addresses.AsEnumerable()))));
    }

    /// <summary>Looks at all pairs.</summary>
    /// <exception cref="PropertyFailedException">It does not hold.</exception>
    public void Check()
    {
        var hosts = _oracle.Hosts.ToList();
        foreach (var source in hosts)
        {
            foreach (var destination in hosts.Where(other => other.Key != source.Key))
                CheckPair(source, destination);
            CheckStrangers(source);
            CheckForwarded(source, hosts);
        }
    }

    /// <summary>What passes through a host, between any two other addresses.</summary>
    private void CheckForwarded(EndpointResource host, List<EndpointResource> hosts)
    {
        var policy = PolicyOf(host);
        var others = hosts.Where(other => other.Key != host.Key).SelectMany(other => other.Addresses.Items).Select(block => block.Network).Concat(_strangers).ToList();
        for (var i = 0; i < FewStrangers; i++)
        {
            var from = others[_random.Next(others.Count)];
            var to = others.Where(address => address.Family == from.Family).ToList() is var same ? same[_random.Next(same.Count)] : default;
            foreach (var packet in Some(BoundaryPackets.Between(to, from)).Select(packet => packet with { Direction = Direction.Inbound, Self = to, Peer = from, LeavesBy = "eth1" }))
                Expect(_oracle.Forwards(host, packet), HostPolicyEvaluator.Allows(policy, packet), $"through {host.Key}", packet);
        }
    }

    private void CheckPair(EndpointResource source, EndpointResource destination)
    {
        var (outbound, inbound) = (PolicyOf(source), PolicyOf(destination));
        var destinationOnly = _state.Resources.Values.OfType<NamespaceResource>().Any(place => place.Key.Name == source.Key.Namespace && place.Bookend == BookendPlacement.Destination);
        foreach (var packet in Packets(source, destination))
        {
            var (egress, ingress) = (_oracle.Half(packet, Direction.Outbound), _oracle.Half(packet, Direction.Inbound));
            var atSource = egress && (ingress || destinationOnly || !Binds(destination) || MayBeNamed(packet, Direction.Inbound));
            Expect(atSource, HostPolicyEvaluator.Allows(outbound, packet), $"{source.Key} -> {destination.Key} at the source", packet);
            var arriving = packet with { Direction = Direction.Inbound, Self = packet.Peer, Peer = packet.Self };
            var atDestination = ingress && (egress || !Binds(source) || MayBeNamed(packet, Direction.Outbound));
            Expect(atDestination, HostPolicyEvaluator.Allows(inbound, arriving), $"{source.Key} -> {destination.Key} at the destination", packet);
            if (packet.Port % 2 == 0)
                Expect(_names is null ? egress && ingress : _withoutNames.Allows(packet), PolicyEngine.Decide(_state, ProbeOf(packet)).Allowed, $"{source.Key} -> {destination.Key} decided", packet);
        }
    }

    /// <summary>Whether one end's half allows a packet as far as the other end can know, to which any address may be what a name means.</summary>
    private bool MayBeNamed(Packet packet, Direction direction) => _names is not null && _withAnyNames.Half(packet, direction);

    /// <summary>Whether a host's half binds the other end: not that of one which lets denied traffic pass.</summary>
    private static bool Binds(EndpointResource host) => host.Mode is EnforcementMode.Enforce or EnforcementMode.Quarantine;

    private void CheckStrangers(EndpointResource host)
    {
        var strangers = _strangers
            .Concat(_state.Resources.Values.OfType<EndpointResource>().Where(other => !other.IsManaged).SelectMany(other => other.Addresses.Items).Select(block => block.Last))
            .Where(address => !_oracle.Hosts.Any(other => other.Addresses.Items.Contains(Cidr.Single(address))))
            .ToList();
        var policy = PolicyOf(host);
        if (_packets is not null)
            strangers = [.. strangers.OrderBy(_ => _random.Next()).Take(FewStrangers)];
        foreach (var (self, stranger) in host.Addresses.Items.SelectMany(block => strangers, (block, stranger) => (block.Network, stranger)).Where(pair => pair.Network.Family == pair.stranger.Family))
        {
            foreach (var packet in Some(BoundaryPackets.Between(self, stranger)))
            {
                Expect(_oracle.Half(packet, Direction.Outbound), HostPolicyEvaluator.Allows(policy, packet), $"{host.Key} to a stranger", packet);
                var arriving = packet with { Direction = Direction.Inbound };
                Expect(_oracle.Half(arriving, Direction.Inbound), HostPolicyEvaluator.Allows(policy, arriving), $"{host.Key} from a stranger", arriving);
            }
        }
    }

    private HostPolicy PolicyOf(EndpointResource host)
    {
        if (!_policies.TryGetValue(host.Key, out var policy))
            _policies[host.Key] = policy = _names is null ? _state.PolicyOf(host.Key)! : _state.PolicyOf(host.Key)!.With(_names);
        return policy;
    }

    private static void Expect(bool expected, bool actual, string where, Packet packet) =>
        PropertyFailedException.Unless(expected == actual, () => $"{where}: {packet}: expected {(expected ? "allow" : "deny")}");

    private IEnumerable<Packet> Packets(EndpointResource source, EndpointResource destination) =>
        from self in source.Addresses.Items
        from peer in destination.Addresses.Items
        where self.Family == peer.Family
        from packet in Some(BoundaryPackets.Between(self.Network, peer.Network))
        select packet;

    private IEnumerable<Packet> Some(IEnumerable<Packet> all)
    {
        if (_packets is not { } count)
            return all;
        var list = all.ToList();
        return Enumerable.Range(0, count).Select(_ => list[_random.Next(list.Count)]);
    }

    private static Policy.Probe ProbeOf(Packet packet) =>
        new(packet.Self.ToString(), packet.Peer.ToString(), packet.Protocol, packet.Port) { SourcePort = packet.SourcePort, IcmpType = packet.IcmpType, IcmpCode = packet.IcmpCode };
}
