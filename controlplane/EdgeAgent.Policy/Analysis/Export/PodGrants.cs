using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>What hosts allow pods, and what they may allow them by name, which the hosts alone can tell.</summary>
internal sealed class PodGrants
{
    private readonly EngineState _state;
    private readonly FlowTable _table;
    private readonly List<FlowGroup> _hosts;

    public PodGrants(EngineState state)
    {
        (_state, _table) = (state, FlowTable.Possible(state));
        _hosts = [.. _table.Groups.Where(group => group.Hosts.Count > 0)];
        Hosts = CidrSet.Canonical(state.World.HostByAddress.Keys.Select(Cidr.Single));
        Pods =
        [
            .. state.World.Endpoints.Values.Where(endpoint =>
                endpoint.Key.Kind == ClusterBookend.PodKind && !endpoint.Resource.Addresses.IsEmpty
                && !endpoint.Resource.Addresses.Items.Any(block => state.World.HostByAddress.ContainsKey(block.Network))),
        ];
    }

    /// <summary>The pods that have addresses of their own, sorted.</summary>
    public ImmutableArray<Endpoint> Pods { get; }

    /// <summary>The addresses of all hosts.</summary>
    public ImmutableArray<Cidr> Hosts { get; }

    /// <summary>The pods, of those asked about, that hosts treat differently at their addresses of one family.</summary>
    public SortedSet<ResourceKey> Uneven { get; } = [];

    /// <summary>What is allowed between a pod and each group of hosts, by family; where a pod has several addresses, what all of them may do.</summary>
    public ImmutableDictionary<HostPart, TrafficSet> Of(Endpoint pod, Direction direction)
    {
        var grants = ImmutableDictionary.CreateBuilder<HostPart, TrafficSet>();
        foreach (var address in pod.Resource.Addresses.Items.Select(block => block.Network))
        {
            var own = _table.GroupOf(address)!;
            foreach (var hosts in _hosts)
            {
                var (from, to) = direction == Direction.Outbound ? (own, hosts) : (hosts, own);
                if (_table.Allowed(from, to, address.Family) is not { } allowed)
                    continue;
                var part = new HostPart(hosts, address.Family);
                if (grants.TryGetValue(part, out var known) && !known.Equals(allowed))
                    Uneven.Add(pod.Key);
                grants[part] = known?.Intersect(allowed) ?? allowed;
            }
        }

        return grants.ToImmutable();
    }

    /// <summary>The same, by the addresses of the hosts.</summary>
    public ImmutableArray<HostGrant> ByAddresses(ImmutableDictionary<HostPart, TrafficSet> grants) =>
    [
        .. grants.GroupBy(grant => (grant.Key.Family, grant.Value))
            .Select(alike => new HostGrant(CidrSet.Canonical(alike.SelectMany(grant => AddressesOf(grant.Key))), alike.Key.Value))
            .OrderBy(grant => grant.Hosts[0]),
    ];

    private IEnumerable<Cidr> AddressesOf(HostPart part) => part.Hosts.Addresses.IsEmpty
        ? part.Hosts.Hosts.SelectMany(host => _state.World.Endpoints[host].Resource.Addresses.Items).Where(block => block.Family == part.Family)
        : part.Hosts.Addresses.Where(address => address.Family == part.Family).Select(Cidr.Single);
}

/// <summary>The addresses of one family of a group of hosts.</summary>
internal readonly record struct HostPart(FlowGroup Hosts, IpFamily Family);
