using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>The addresses and named ports behind matches, in one world. Remembers what it was asked.</summary>
internal sealed class AddressBook(World world)
{
    private readonly Dictionary<string, ImmutableArray<Cidr>> _endpoints = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(PortSetMember Member, NamedPort Port)>> _ports = new(StringComparer.Ordinal);

    /// <summary>The addresses that a match means; for one with negations alone, of all addresses. What names mean is not known here.</summary>
    public ImmutableArray<Cidr> Meant(PeerMatch match)
    {
        if (!match.Names.IsEmpty)
            return [];
        IEnumerable<Cidr> meant = (match.Endpoints, match.Nets.IsEmpty) switch
        {
            (null, true) => [Cidr.All(IpFamily.V4), Cidr.All(IpFamily.V6)],
            (null, false) => match.Nets.Items,
            ({ } endpoints, true) => Of(endpoints),
            ({ } endpoints, false) => CidrSet.Intersect(Of(endpoints), match.Nets.Items),
        };
        if (match.NotEndpoints is not null)
            meant = CidrSet.Except(meant, Of(match.NotEndpoints));
        return match.NotNets.IsEmpty ? [.. meant] : CidrSet.Except(meant, match.NotNets.Items);
    }

    /// <summary>Whether an address is among those that a match means.</summary>
    public bool Means(PeerMatch match, IpAddress address) =>
        match.Names.IsEmpty
        && (match.Endpoints is null || IsOf(match.Endpoints, address))
        && (match.NotEndpoints is null || !IsOf(match.NotEndpoints, address))
        && (match.Nets.IsEmpty || match.Nets.Items.Any(block => block.Contains(address)))
        && !match.NotNets.Items.Any(block => block.Contains(address));

    private bool IsOf(EndpointMatch match, IpAddress address) => world.EndpointsAt(address).Any(endpoint => endpoint.Matches(match));

    /// <summary>The addresses of the endpoints that a match denotes.</summary>
    public ImmutableArray<Cidr> Of(EndpointMatch match)
    {
        var text = match.ToString();
        if (!_endpoints.TryGetValue(text, out var addresses))
            _endpoints[text] = addresses = [.. Find(match)];
        return addresses;
    }

    /// <summary>The ports that endpoints declare under some names, by address.</summary>
    public IEnumerable<(PortSetMember Member, NamedPort Port)> Declared(IEnumerable<string> names) => names.SelectMany(name =>
    {
        if (!_ports.TryGetValue(name, out var declared))
            _ports[name] = declared = FindPorts(name).ToList();
        return declared;
    });

    private IEnumerable<Cidr> Find(EndpointMatch match)
    {
        foreach (var (key, hosts) in world.Members)
        {
            if (world.Classes[key].Slots[0].Known[0].Matches(match))
            {
                foreach (var address in hosts.Addresses)
                    yield return address;
            }
        }

        foreach (var key in world.Unmanaged)
        {
            if (world.Endpoints[key] is var endpoint && endpoint.Matches(match))
            {
                foreach (var address in endpoint.Resource.Addresses)
                    yield return address;
            }
        }
    }

    private IEnumerable<(PortSetMember Member, NamedPort Port)> FindPorts(string name) =>
        from endpoint in world.Endpoints.Values
        from port in endpoint.Resource.Ports.Items
        where port.Name == name
        from address in endpoint.Resource.Addresses.Items
        where address.IsSingle
        select (new PortSetMember(address.Network, port.Protocol, port.Port), port);
}
