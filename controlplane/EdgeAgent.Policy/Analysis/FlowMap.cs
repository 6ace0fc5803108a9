using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// All addresses in groups whose members policies of neither of two states tell apart. Hosts are walked over at most once, and where both
/// states have the same hosts in a class not at all; pairs of hosts are never looked at.
/// </summary>
internal sealed class FlowMap
{
    private static readonly Cidr[] Everything = [Cidr.All(IpFamily.V4), Cidr.All(IpFamily.V6)];
    private static readonly Cidr[] Loopback = [Cidr.Parse("127.0.0.0/8"), Cidr.Parse("::1/128")];

    private readonly Dictionary<GroupKey, GroupMembers> _members = [];
    private readonly Dictionary<GroupKey, FlowGroup> _groups;
    private readonly HashSet<ResourceKey> _regrouped = [];

    /// <param name="before">The one state.</param>
    /// <param name="after">The other, or the same.</param>
    /// <param name="namesMeanAll">Whether rules that grant by name mean every address.</param>
    public FlowMap(EngineState before, EngineState after, bool namesMeanAll = false)
    {
        Before = new(before, namesMeanAll);
        After = ReferenceEquals(before, after) ? Before : new(after, namesMeanAll);
        FindRegrouped(before.World, after.World);
        FindRegrouped(after.World, before.World);
        AddHosts();
        AddOthers();
        foreach (var name in Before.Names.Concat(ReferenceEquals(Before, After) ? [] : After.Names).Distinct(StringComparer.Ordinal))
            AddName(name);
        _groups = _members.ToDictionary(pair => pair.Key, pair => pair.Value.Build(pair.Key.After?.Narrowest ?? pair.Key.Before?.Narrowest, pair.Key.After?.Name));
        Groups = [.. _groups.Values
            .OrderBy(group => (group.Hosts.Count == 0, group.Endpoints.IsEmpty, group.DomainName is null, group.Block is null))
            .ThenBy(group => group.Hosts.Count > 0 ? group.Hosts.Any : group.Endpoints.FirstOrDefault())
            .ThenBy(group => group.DomainName, StringComparer.Ordinal)
            .ThenBy(group => group.Block)
            .ThenBy(group => group.Addresses.IsEmpty ? default : group.Addresses[0])];
    }

    public Places Before { get; }

    public Places After { get; }

    /// <summary>The groups: hosts first, then endpoints without agent, then names, then blocks.</summary>
    public ImmutableArray<FlowGroup> Groups { get; }

    /// <summary>The group of an address; null for loopback.</summary>
    public FlowGroup? GroupOf(IpAddress address)
    {
        if (Loopback.Any(block => block.Contains(address)))
            return null;
        if (!IsHosts(address))
            return _groups.GetValueOrDefault(KeyOf(address));
        var host = After.State.World.HostByAddress.TryGetValue(address, out var holder) ? holder : Before.State.World.HostByAddress[address];
        return _groups[KeysOf(host).First(pair => pair.Addresses.Contains(address)).Key];
    }

    private bool IsHosts(IpAddress address) => Before.State.World.HostByAddress.ContainsKey(address) || After.State.World.HostByAddress.ContainsKey(address);

    /// <summary>
    /// Finds the hosts that lose addresses to other hosts or keep others: whether two addresses are the same host's differs between the
    /// states then, and each such host is looked at alone.
    /// </summary>
    private void FindRegrouped(World world, World other)
    {
        if (ReferenceEquals(world.HostByAddress, other.HostByAddress))
            return;
        foreach (var (address, host) in world.HostByAddress)
        {
            var there = other.HostByAddress.TryGetValue(address, out var holder);
            if (there && holder == host)
                continue;
            if (there)
                _regrouped.Add(holder);
            if (there || other.ClassOf.ContainsKey(host))
                _regrouped.Add(host);
        }
    }

    private void AddHosts()
    {
        var (before, after) = (Before.State.World, After.State.World);
        var walked = new HashSet<ResourceKey>();
        foreach (var (key, members) in before.Members.Concat(after.Members.Where(pair => !before.Members.ContainsKey(pair.Key))))
        {
            var both = before.Members.ContainsKey(key) && after.Members.TryGetValue(key, out var other);
            other = after.Members.GetValueOrDefault(key);
            if (both && ReferenceEquals(members, other) && key.Only is null && !MayLackAddresses(key))
                AddClass(key, members);
            else
                foreach (var host in other is null || ReferenceEquals(members, other) ? members.Hosts : members.Hosts.Union(other.Hosts))
                {
                    if (walked.Add(host))
                        AddHost(host);
                }
        }
    }

    /// <summary>Whether hosts without addresses may be in a class: policies see them as they see hosts of both families outside all blocks.</summary>
    private static bool MayLackAddresses(HostClassKey key) => key.Slots.Count == 2 && key.Slots.All(slot => slot.Narrowest is null);

    private void AddClass(HostClassKey key, ClassMembers members)
    {
        var sites = Before.Of(key).Zip(After.Of(key)).Select(pair => new Site(pair.First, pair.Second, null, null));
        Members(new(sites.ToEquatableArray(), null, null)).Add(key, members.Hosts);
    }

    private void AddHost(ResourceKey host)
    {
        var key = After.State.World.ClassOf.TryGetValue(host, out var place) ? place : Before.State.World.ClassOf[host];
        var keys = KeysOf(host);
        foreach (var (group, addresses) in keys)
        {
            var members = Members(group);
            members.Add(key, host);
            if (keys.Count > 1)
                members.Add(addresses);
        }
    }

    /// <summary>The groups of a host's addresses: one, or one for each site where it has several of a family.</summary>
    private List<(GroupKey Key, List<IpAddress> Addresses)> KeysOf(ResourceKey host)
    {
        var addresses = AddressesOf(Before.State.World, host).Union(AddressesOf(After.State.World, host)).Order().ToList();
        var sites = addresses.GroupBy(SiteOf).ToList();
        return sites.Count == 0 || (sites.DistinctBy(site => site.Key.Family).Count() == sites.Count && !_regrouped.Contains(host))
            ? sites.Count == 0 ? [] : [(new(sites.Select(site => site.Key).ToEquatableArray(), null, null), addresses)]
            : [.. sites.Select(site => (new GroupKey([site.Key], null, null), site.ToList()))];
    }

    private Site SiteOf(IpAddress address)
    {
        var before = Before.State.World.HostByAddress.TryGetValue(address, out var holder) ? holder : (ResourceKey?)null;
        var after = After.State.World.HostByAddress.TryGetValue(address, out holder) ? holder : (ResourceKey?)null;
        var alone = (before is { } left && _regrouped.Contains(left)) || (after is { } right && _regrouped.Contains(right));
        return new(Before.At(address), After.At(address), alone ? before : null, alone ? after : null);
    }

    /// <summary>Adds the addresses that no host has: between the edges of all blocks they lie in the same ones.</summary>
    private void AddOthers()
    {
        var blocks = Everything.Concat(Loopback).Concat(Before.State.World.Covers.Blocks).Concat(After.State.World.Covers.Blocks).ToHashSet();
        foreach (var family in new[] { IpFamily.V4, IpFamily.V6 })
        {
            var last = Cidr.All(family).Last.Bits;
            var own = blocks.Where(block => block.Family == family).ToList();
            var edges = own.Select(block => block.Network.Bits).Concat(own.Where(block => block.Last.Bits != last).Select(block => block.Last.Bits + 1)).Distinct().Order().ToList();
            for (var i = 0; i < edges.Count; i++)
                AddRange(family, edges[i], i + 1 < edges.Count ? edges[i + 1] - 1 : last);
        }
    }

    private void AddRange(IpFamily family, UInt128 first, UInt128 last)
    {
        var address = new IpAddress(family, first);
        if (Loopback.Any(block => block.Contains(address)))
            return;
        while (IsHosts(address))
        {
            if (address.Bits == last)
                return;
            address = address with { Bits = address.Bits + 1 };
        }

        var members = Members(KeyOf(address));
        members.Add(new Site(Before.At(address), After.At(address), null, null));
        members.Add(Before.State.EndpointsAt(address));
        members.Add(After.State.EndpointsAt(address));
    }

    /// <summary>Adds what has a name, whatever addresses that are.</summary>
    private void AddName(string name)
    {
        var members = Members(new([], Before.LookAt(name, IpFamily.V4), After.LookAt(name, IpFamily.V4)));
        foreach (var family in new[] { IpFamily.V4, IpFamily.V6 })
            members.Add(new Site(Before.At(name, family), After.At(name, family), null, null));
    }

    /// <summary>The group of an address that no host has: families are one group where policies see nothing but the family.</summary>
    private GroupKey KeyOf(IpAddress address) =>
        new([], Before.LookAt(address) with { Family = IpFamily.V4 }, After.LookAt(address) with { Family = IpFamily.V4 });

    private GroupMembers Members(GroupKey key)
    {
        if (!_members.TryGetValue(key, out var members))
        {
            _members[key] = members = new();
            foreach (var site in key.Sites)
                members.Add(site);
        }

        return members;
    }

    private static IEnumerable<IpAddress> AddressesOf(World world, ResourceKey host) =>
        world.ClassOf.ContainsKey(host) ? world.Endpoints[host].Resource.Addresses.Items.Select(block => block.Network) : [];
}
