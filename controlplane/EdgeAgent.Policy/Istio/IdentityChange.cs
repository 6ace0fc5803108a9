using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>Carries identities from one set of resources to the next: takes out what a change touches, and puts in what is there now.</summary>
internal sealed class IdentityChange
{
    private readonly MeshIdentities _before;
    private readonly HashSet<Cidr> _touchedAddresses = [];
    private readonly HashSet<ResourceKey> _touchedHosts = [];
    private readonly HashSet<ResourceKey> _touchedEntries = [];
    private readonly Dictionary<(string Namespace, string Account, Cidr Address), int> _counts = [];
    private readonly HashSet<(string Namespace, string Account)> _touched = [];
    private MeshIdentities _after;
    private bool _portsTouched;

    private IdentityChange(MeshIdentities before) => _before = _after = before;

    /// <summary>The identities after some changes, the parts that may be others, and the namespaces and accounts whose addresses may be.</summary>
    public static (MeshIdentities After, MeshParts Parts, IReadOnlySet<(string Namespace, string Account)> Touched) Apply(
        MeshIdentities before, IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes)
    {
        var change = new IdentityChange(before);
        change.TakeOut(changes);
        change.PutIn(changes);
        change.Renew();
        change.CountAddresses();
        return (change._after, change.Parts(), change._touched);
    }

    /// <summary>First all that was, since an address may go from one endpoint to another.</summary>
    private void TakeOut(IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes)
    {
        foreach (var (key, (old, now)) in changes)
        {
            if (old is EndpointResource { IsManaged: true } host)
            {
                CountHost(host, -1);
                if (host.Nature == EndpointNature.Workload)
                    TakeOutHost(host);
            }
            else if (old is EndpointResource { Nature: EndpointNature.Workload } entry)
            {
                TakeOutEntry(entry);
            }
            else if ((now ?? old) is WorkloadGroupResource group)
            {
                _after = _after with { Groups = now is WorkloadGroupResource there ? _after.Groups.SetItem(key, there) : _after.Groups.Remove(key) };
                _touchedHosts.UnionWith(_before.Hosts.Keys.Where(member => member.Namespace == group.Key.Namespace));
            }
        }
    }

    private void PutIn(IReadOnlyDictionary<ResourceKey, (Resource? Old, Resource? New)> changes)
    {
        foreach (var (_, (_, now)) in changes)
        {
            if (now is EndpointResource { IsManaged: true } host)
            {
                CountHost(host, 1);
                if (host.Nature == EndpointNature.Workload)
                    PutInHost(host);
            }
            else if (now is EndpointResource { Nature: EndpointNature.Workload } entry)
            {
                PutInEntry(entry);
            }
        }
    }

    private void CountHost(EndpointResource host, int change)
    {
        var name = host.Key.Namespace;
        if (name.Length == 0)
            return;
        var count = _after.HostNamespaces.GetValueOrDefault(name) + change;
        _after = _after with { HostNamespaces = count == 0 ? _after.HostNamespaces.Remove(name) : _after.HostNamespaces.SetItem(name, count) };
    }

    private void TakeOutHost(EndpointResource host)
    {
        _touchedHosts.Add(host.Key);
        _after = _after with { Hosts = _after.Hosts.Remove(host.Key) };
        foreach (var address in host.Addresses.Items.Distinct())
        {
            _after = _after with { HostAt = _after.HostAt.Remove(address) };
            TouchEntriesAt(address);
        }
    }

    private void PutInHost(EndpointResource host)
    {
        _touchedHosts.Add(host.Key);
        foreach (var address in host.Addresses.Items.Distinct())
        {
            _after = _after with { HostAt = _after.HostAt.SetItem(address, host.Key) };
            TouchEntriesAt(address);
        }

        _after = _after with { Hosts = _after.Hosts.SetItem(host.Key, new(host, null, [])) };
    }

    private void TouchEntriesAt(Cidr address)
    {
        if (_after.EntriesAt.TryGetValue(address, out var entries))
            _touchedEntries.UnionWith(entries);
    }

    private void TakeOutEntry(EndpointResource entry)
    {
        Count(entry.Key.Namespace, entry.ServiceAccount, entry.Addresses, -1);
        _touchedEntries.Add(entry.Key);
        _portsTouched |= _after.Renumbering.ContainsKey(entry.Key);
        _after = _after with { Entries = _after.Entries.Remove(entry.Key), Renumbering = _after.Renumbering.Remove(entry.Key) };
        foreach (var address in entry.Addresses.Items.Distinct())
        {
            var rest = _after.EntriesAt[address].Remove(entry.Key);
            _after = _after with { EntriesAt = rest.IsEmpty ? _after.EntriesAt.Remove(address) : _after.EntriesAt.SetItem(address, rest) };
            _touchedAddresses.Add(address);
        }
    }

    private void PutInEntry(EndpointResource entry)
    {
        Count(entry.Key.Namespace, entry.ServiceAccount, entry.Addresses, 1);
        _touchedEntries.Add(entry.Key);
        var renumbers = entry is { RenumbersServicePorts: true, Ports.IsEmpty: false };
        _portsTouched |= renumbers;
        _after = _after with { Entries = _after.Entries.SetItem(entry.Key, entry), Renumbering = renumbers ? _after.Renumbering.SetItem(entry.Key, entry) : _after.Renumbering };
        foreach (var address in entry.Addresses.Items.Distinct())
        {
            _after = _after with { EntriesAt = _after.EntriesAt.SetItem(address, (_after.EntriesAt.GetValueOrDefault(address) ?? []).Add(entry.Key)) };
            _touchedAddresses.Add(address);
        }
    }

    /// <summary>What follows from hosts and mesh workloads at one address.</summary>
    private void Renew()
    {
        foreach (var address in _touchedAddresses)
        {
            if (_before.HostAt.TryGetValue(address, out var was))
                _touchedHosts.Add(was);
            if (_after.HostAt.TryGetValue(address, out var host))
                _touchedHosts.Add(host);
        }

        foreach (var key in _touchedHosts)
            RenewHost(key);
        foreach (var key in _touchedEntries)
            RenewEntry(key);
        if (_portsTouched)
            _after = _after with { Ports = [.. PortsOf(_after)] };
    }

    private void RenewHost(ResourceKey key)
    {
        var was = _before.Hosts.GetValueOrDefault(key);
        GroupedHost? now = null;
        if (_after.Hosts.TryGetValue(key, out var there))
        {
            var group = _after.Groups.Values.FirstOrDefault(group => group.Has(there.Host));
            now = new(there.Host, group, there.Host.Addresses.Where(address => !_after.EntriesAt.ContainsKey(address)).ToEquatableArray());
            _after = _after with { Hosts = _after.Hosts.SetItem(key, now) };
        }

        if (was is not null)
            Count(key.Namespace, was.Group?.ServiceAccount ?? "", was.Own, -1);
        if (now is not null)
            Count(key.Namespace, now.Group?.ServiceAccount ?? "", now.Own, 1);
        _portsTouched |= was?.Group is { Ports.IsEmpty: false } || now?.Group is { Ports.IsEmpty: false };
        if (was?.Group?.Key == now?.Group?.Key)
            return;
        if (was?.Group is { } left)
        {
            var rest = _after.Members[left.Key].Remove(key);
            _after = _after with { Members = rest.IsEmpty ? _after.Members.Remove(left.Key) : _after.Members.SetItem(left.Key, rest) };
        }

        if (now?.Group is { } joined)
            _after = _after with { Members = _after.Members.SetItem(joined.Key, (_after.Members.GetValueOrDefault(joined.Key) ?? []).Add(key)) };
    }

    private void RenewEntry(ResourceKey key)
    {
        var atHosts = _after.Entries.TryGetValue(key, out var entry)
            ? new KnownWorkload(key.Namespace, entry.Labels, entry.Addresses.Where(_after.HostAt.ContainsKey).ToEquatableArray())
            : null;
        _portsTouched |= entry is not null && _after.Renumbering.ContainsKey(key);
        if (atHosts is null or { Addresses.IsEmpty: true })
            _after = _after with { AtHosts = _after.AtHosts.Remove(key) };
        else if (!_after.AtHosts.TryGetValue(key, out var known) || known != atHosts)
            _after = _after with { AtHosts = _after.AtHosts.SetItem(key, atHosts) };
    }

    private void Count(string ofNamespace, string account, EquatableArray<Cidr> addresses, int change)
    {
        foreach (var address in addresses)
            _counts[(ofNamespace, account, address)] = _counts.GetValueOrDefault((ofNamespace, account, address)) + change;
    }

    private void CountAddresses()
    {
        var all = _after.Addresses.ToBuilder();
        foreach (var ((ofNamespace, account, address), change) in _counts.Where(pair => pair.Value != 0))
        {
            var key = (ofNamespace, account);
            var known = all.GetValueOrDefault(key) ?? ImmutableDictionary<Cidr, int>.Empty;
            var before = known.GetValueOrDefault(address);
            var after = before + change;
            known = after == 0 ? known.Remove(address) : known.SetItem(address, after);
            if (known.IsEmpty)
                all.Remove(key);
            else
                all[key] = known;
            if (before == 0 || after == 0)
                _touched.Add(key);
        }

        _after = _after with { Addresses = all.ToImmutable() };
    }

    private static IEnumerable<WorkloadPorts> PortsOf(MeshIdentities identities)
    {
        foreach (var entry in identities.Renumbering.Values)
        {
            var hosts = from address in entry.Addresses
                        where identities.HostAt.ContainsKey(address)
                        let host = identities.Hosts[identities.HostAt[address]].Host
                        select new KnownWorkload(host.Key.Namespace, host.Labels, [address]);
            yield return new(entry.Ports, [new(entry.Key.Namespace, entry.Labels, entry.Addresses), .. hosts]);
        }

        foreach (var (key, members) in identities.Members)
        {
            if (identities.Groups[key] is { Ports.IsEmpty: false } group)
                yield return new(group.Ports, [.. members.Select(member => identities.Hosts[member]).Select(member => new KnownWorkload(member.Host.Key.Namespace, member.Host.Labels, member.Own))]);
        }
    }

    private MeshParts Parts()
    {
        var parts = _touched.Count > 0 ? MeshParts.Principals : MeshParts.None;
        if (_before.HasForeignIdentities != _after.HasForeignIdentities || _touched.Any(key => _before.Addresses.ContainsKey(key) != _after.Addresses.ContainsKey(key)))
            parts |= MeshParts.Accounts;
        if (!ReferenceEquals(_before.Ports, _after.Ports))
            parts |= MeshParts.WorkloadPorts;
        if (_before.AtHosts != _after.AtHosts)
            parts |= MeshParts.WorkloadsAtHosts;
        if (_before.HostNamespaces != _after.HostNamespaces)
            parts |= MeshParts.HostNamespaces;
        return parts;
    }
}
