using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>
/// Evaluates resources as their specifications say: one flow, one policy, one rule after another. It shares no code with the engine, and
/// knows nothing of identities, sets or host policies.
/// </summary>
/// <param name="resources">The resources.</param>
/// <param name="names">The addresses that names have; null for none.</param>
public sealed class PolicyOracle(IEnumerable<Resource> resources, ResolvedNames? names = null)
{
    private readonly List<Resource> _resources = [.. resources];
    private readonly List<EndpointResource> _endpoints = [.. resources.OfType<EndpointResource>()];
    private readonly Dictionary<(EndpointMatch, ResourceKey), bool> _denoted = [];
    private readonly Dictionary<(string, Direction), List<PolicyResource>> _ordered = [];
    private readonly Dictionary<(string, Direction, ResourceKey, bool), List<PolicyResource>> _elsewhere = [];
    private readonly Dictionary<(string, Direction, IpAddress), List<PolicyResource>> _selecting = [];
    private readonly Dictionary<IpAddress, List<EndpointResource>> _having = [];
    private List<TierResource>? _tiers;

    /// <summary>Evaluates the resources of a state. Of those that policies are derived from, it reads what is derived: it does not derive.</summary>
    /// <param name="state">The state.</param>
    /// <param name="names">The addresses that names have; null for none.</param>
    public static PolicyOracle Of(EngineState state, ResolvedNames? names = null)
    {
        var derived = state.Derived.Policies;
        var replaced = derived.Select(policy => policy.Key).ToHashSet();
        return new([.. state.Resources.Values.Where(resource => !replaced.Contains(resource.Key)), .. derived], names);
    }

    /// <summary>The managed endpoints.</summary>
    public IEnumerable<EndpointResource> Hosts => _endpoints.Where(endpoint => endpoint.IsManaged);

    /// <summary>Whether a flow passes: the source's half and the destination's half allow it.</summary>
    public bool Allows(Packet packet) => Half(packet, Direction.Outbound) && Half(packet, Direction.Inbound);

    /// <summary>Whether one end's half of a flow allows it. The packet may be seen from either end.</summary>
    public bool Half(Packet packet, Direction direction)
    {
        var (self, peer) = packet.Direction == direction ? (packet.Self, packet.Peer) : (packet.Peer, packet.Self);
        var host = Having(self).Find(candidate => candidate.IsManaged);
        if (host is null || host.Addresses.Items.Contains(Cidr.Single(peer)))
            return true;
        foreach (var tier in _tiers ??= [.. Tiers()])
        {
            var policies = Selecting(tier, direction, host, self);
            var verdict = policies
                .SelectMany(policy => policy.Side(direction)!.Rules.Items)
                .Where(rule => rule.Verdict != Verdict.Log && Matches(rule, packet, direction, self, peer))
                .Select(rule => (Verdict?)rule.Verdict)
                .FirstOrDefault();
            if (verdict is Verdict.Allow or Verdict.Deny)
                return verdict == Verdict.Allow;
            if (verdict is null && tier.DefaultAction == BlockEnd.Deny && policies.Exists(policy => policy.Side(direction)!.Isolates))
                return false;
        }

        return host.Undecided == UndecidedTraffic.Allow;
    }

    /// <summary>Whether a host lets a packet through that only passes through it: where it arrives by its source, then where it leaves by its destination.</summary>
    public bool Forwards(EndpointResource host, Packet packet) =>
        Elsewhere(host, packet, Direction.Inbound, packet.Self, packet.Peer, forwarded: true) && Elsewhere(host, packet, Direction.Outbound, packet.Peer, packet.Self, forwarded: true);

    /// <summary>Whether a host's half allows a packet to or from an address that the host does not have, where its policies hold all the same.</summary>
    public bool HalfElsewhere(EndpointResource host, Packet packet) => Elsewhere(host, packet, packet.Direction, packet.Self, packet.Peer, forwarded: false);

    private bool Elsewhere(EndpointResource host, Packet packet, Direction direction, IpAddress self, IpAddress peer, bool forwarded)
    {
        foreach (var tier in _tiers ??= [.. Tiers()])
        {
            if (!_elsewhere.TryGetValue((tier.Key.Name, direction, host.Key, forwarded), out var policies))
            {
                _elsewhere[(tier.Key.Name, direction, host.Key, forwarded)] = policies = PoliciesOf(tier, direction)
                    .Where(policy => policy.Mode == PolicyMode.Enforce && (policy.AppliesOnForward || !forwarded) && policy.Side(direction)!.Subjects.Items.Any(subject => IsSubject(subject, host)))
                    .ToList();
            }

            var verdict = policies
                .SelectMany(policy => policy.Side(direction)!.Rules.Items)
                .Where(rule => rule.Verdict != Verdict.Log && Matches(rule, packet, direction, self, peer))
                .Select(rule => (Verdict?)rule.Verdict)
                .FirstOrDefault();
            if (verdict is Verdict.Allow or Verdict.Deny)
                return verdict == Verdict.Allow;
            if (verdict is null && tier.DefaultAction == BlockEnd.Deny && policies.Exists(policy => policy.Side(direction)!.Isolates))
                return false;
        }

        return forwarded || host.Undecided == UndecidedTraffic.Allow;
    }

    /// <summary>Whether a host is a subject at any of its addresses.</summary>
    private bool IsSubject(PeerMatch subject, EndpointResource host) => host.Addresses.IsEmpty
        ? IsSubject(subject with { Nets = [], NotNets = [] }, host, default) && subject.Nets.IsEmpty
        : host.Addresses.Items.Any(address => IsSubject(subject, host, address.Network));

    /// <summary>The enforced policies of a tier that select a host at an address, in order.</summary>
    private List<PolicyResource> Selecting(TierResource tier, Direction direction, EndpointResource host, IpAddress self)
    {
        if (_selecting.TryGetValue((tier.Key.Name, direction, self), out var selecting))
            return selecting;
        if (!_ordered.TryGetValue((tier.Key.Name, direction), out var ordered))
            _ordered[(tier.Key.Name, direction)] = ordered = [.. PoliciesOf(tier, direction)];
        return _selecting[(tier.Key.Name, direction, self)] = ordered
            .Where(policy => policy.Mode == PolicyMode.Enforce && policy.Side(direction)!.Subjects.Items.Any(subject => IsSubject(subject, host, self)))
            .ToList();
    }

    /// <summary>The endpoints that have an address.</summary>
    private List<EndpointResource> Having(IpAddress address)
    {
        if (!_having.TryGetValue(address, out var having))
            _having[address] = having = _endpoints.Where(endpoint => endpoint.Addresses.Items.Any(block => Holds(block, address))).ToList();
        return having;
    }

    private IEnumerable<TierResource> Tiers()
    {
        var declared = _resources.OfType<TierResource>().ToList();
        return declared
            .Concat(BuiltInTiers.All.Items.Where(tier => !declared.Exists(other => other.Key.Name == tier.Key.Name)))
            .OrderBy(tier => tier.Order ?? double.MaxValue)
            .ThenBy(tier => tier.Key.Name, StringComparer.Ordinal);
    }

    private IEnumerable<PolicyResource> PoliciesOf(TierResource tier, Direction direction) =>
        _resources.OfType<PolicyResource>()
            .Concat(_resources.OfType<NamespaceResource>().Where(declared => declared.IsolatesIngress).Select(OldIsolation))
            .Where(policy => policy.Tier == tier.Key.Name && policy.Side(direction) is not null)
            .OrderBy(policy => policy.Order ?? double.MaxValue)
            .ThenBy(policy => policy.PrecedesEquals ? 0 : 1)
            .ThenBy(policy => policy.Key.Name, StringComparer.Ordinal)
            .ThenBy(policy => policy.Key.Namespace, StringComparer.Ordinal)
            .ThenBy(policy => policy.Key.Kind, StringComparer.Ordinal);

    private static PolicyResource OldIsolation(NamespaceResource declared) => new(declared.Key, declared.Source)
    {
        Order = 1000,
        Ingress = new([new() { Endpoints = new() { Namespace = declared.Key.Name, WorkloadsOnly = true } }], [], true),
    };

    private bool IsSubject(PeerMatch subject, EndpointResource host, IpAddress address) =>
        (subject.Endpoints is null || Denotes(subject.Endpoints, host))
        && (subject.NotEndpoints is null || !Denotes(subject.NotEndpoints, host))
        && InNets(subject, address);

    private bool Matches(PolicyRule rule, Packet packet, Direction direction, IpAddress self, IpAddress peer)
    {
        if (rule.Self is not null && !Means(rule.Self, self))
            return false;
        if (rule.Peers is { } peers && !peers.Items.Any(match => Means(match, peer)))
            return false;
        var (source, destination) = direction == Direction.Outbound ? (self, peer) : (peer, self);
        return rule.Traffic is not { } traffic || traffic.Items.Any(match => Matches(match, packet, source, destination));
    }

    private bool Means(PeerMatch match, IpAddress address)
    {
        var having = Having(address);
        return (match.Names.IsEmpty || match.Names.Items.Any(name => names?.Of(name).Contains(address) == true))
            && (match.Endpoints is null || having.Exists(endpoint => Denotes(match.Endpoints, endpoint)))
            && (match.NotEndpoints is null || !having.Exists(endpoint => Denotes(match.NotEndpoints, endpoint)))
            && InNets(match, address);
    }

    private static bool InNets(PeerMatch match, IpAddress address) =>
        (match.Nets.IsEmpty || match.Nets.Items.Any(block => Holds(block, address)))
        && !match.NotNets.Items.Any(block => Holds(block, address));

    /// <summary>Whether the first bits of an address are those of a block: the oracle's own reading, not the product's.</summary>
    private static bool Holds(Cidr block, IpAddress address)
    {
        var rest = (block.Family == IpFamily.V4 ? 32 : 128) - block.Length;
        return block.Family == address.Family && (block.Length == 0 || block.Network.Bits >> rest == address.Bits >> rest);
    }

    private bool Denotes(EndpointMatch match, EndpointResource endpoint)
    {
        if (!_denoted.TryGetValue((match, endpoint.Key), out var denoted))
            _denoted[(match, endpoint.Key)] = denoted = IsDenoted(match, endpoint);
        return denoted;
    }

    private bool IsDenoted(EndpointMatch match, EndpointResource endpoint)
    {
        if (match.WorkloadsOnly && endpoint.Nature != EndpointNature.Workload)
            return false;
        if (match.Namespace is not null && match.Namespace != endpoint.Key.Namespace)
            return false;
        if (!match.ServiceAccounts.IsEmpty && !match.ServiceAccounts.Items.Contains(endpoint.ServiceAccount))
            return false;
        var labels = endpoint.Labels.ToDictionary();
        Dictionary<string, string>? place = null;
        if (endpoint.Key.Namespace.Length > 0)
        {
            labels["projectcalico.org/namespace"] = endpoint.Key.Namespace;
            place = _resources.OfType<NamespaceResource>().FirstOrDefault(declared => declared.Key.Name == endpoint.Key.Namespace)?.Labels.ToDictionary() ?? [];
            place["kubernetes.io/metadata.name"] = endpoint.Key.Namespace;
            place["projectcalico.org/name"] = endpoint.Key.Namespace;
        }

        return (match.NamespaceSelector is null || PlainSelector.MatchesNamespace(match.NamespaceSelector.ToString(), place))
            && PlainSelector.Matches(match.Selector.ToString(), labels);
    }

    private bool Matches(TrafficMatch traffic, Packet packet, IpAddress source, IpAddress destination)
    {
        if (traffic.Family is not null && traffic.Family != source.Family)
            return false;
        if (traffic.Protocol is { } protocol && protocol.Negated == (protocol.Protocol == packet.Protocol))
            return false;
        var ports = new[] { (traffic.Ports, packet.Port, destination, true), (traffic.NotPorts, packet.Port, destination, false), (traffic.SourcePorts, packet.SourcePort, source, true), (traffic.NotSourcePorts, packet.SourcePort, source, false) };
        foreach (var (match, port, owner, wanted) in ports)
        {
            if (match is not null && (!packet.Protocol.HasPorts || Holds(match, port, packet.Protocol, owner) != wanted))
                return false;
        }

        foreach (var (match, wanted) in new[] { (traffic.Icmp, true), (traffic.NotIcmp, false) })
        {
            if (match is { } icmp && (!packet.Protocol.HasIcmpType || (icmp.Type == packet.IcmpType && (icmp.Code ?? packet.IcmpCode) == packet.IcmpCode) != wanted))
                return false;
        }

        return true;
    }

    private bool Holds(PortMatch match, ushort port, IpProtocol protocol, IpAddress owner) =>
        match.Ranges.Items.Any(range => range.First <= port && port <= range.Last)
        || Having(owner)
            .SelectMany(endpoint => endpoint.Ports.Items)
            .Any(named => match.Names.Items.Contains(named.Name) && named.Protocol == protocol && named.Port == port);
}
