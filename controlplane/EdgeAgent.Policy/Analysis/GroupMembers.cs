using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Collects what belongs to a group.</summary>
internal sealed class GroupMembers
{
    private readonly List<ImmutableSortedSet<ResourceKey>> _classes = [];
    private readonly HashSet<ResourceKey> _hosts = [];
    private readonly HashSet<HostClassKey> _keys = [];
    private readonly SortedSet<ResourceKey> _endpoints = [];
    private readonly SortedSet<IpAddress> _addresses = [];
    private Site? _v4;
    private Site? _v6;

    public void Add(HostClassKey key, ImmutableSortedSet<ResourceKey> hosts)
    {
        _keys.Add(key);
        _classes.Add(hosts);
    }

    public void Add(HostClassKey key, ResourceKey host)
    {
        _keys.Add(key);
        _hosts.Add(host);
    }

    public void Add(Site site)
    {
        if (site.Family == IpFamily.V4)
            _v4 ??= site;
        else
            _v6 ??= site;
    }

    public void Add(IEnumerable<IpAddress> addresses) => _addresses.UnionWith(addresses);

    public void Add(IEnumerable<ResourceKey> endpoints) => _endpoints.UnionWith(endpoints);

    /// <summary>The group.</summary>
    /// <param name="block">The narrowest block that policies name around its addresses.</param>
    /// <param name="name">The name that it is about; null for none.</param>
    public FlowGroup Build(Cidr? block, string? name)
    {
        var places = _keys.Select(key => key.Namespace).Distinct().ToList();
        return new(_v4, _v6)
        {
            Hosts = _hosts.Count == 0 ? new(_classes) : new(_classes.Append([.. _hosts])),
            Addresses = [.. _addresses],
            Namespace = places is [var only] ? only : null,
            Labels = _keys.Count == 0 ? LabelSet.Empty : _keys.Skip(1).Aggregate(_keys.First().Labels, Common),
            Endpoints = [.. _endpoints],
            Block = block,
            DomainName = name,
        };
    }

    private static LabelSet Common(LabelSet labels, HostClassKey key) =>
        LabelSet.Of(labels.Where(label => key.Labels.TryGetValue(label.Key, out var value) && value == label.Value));
}
