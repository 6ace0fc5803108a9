using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Finds what policies of one state see at addresses. Addresses that they see the same at have the same place.</summary>
/// <param name="state">The state.</param>
/// <param name="namesMeanAll">Whether rules that grant by name mean every place (<see cref="Place.IsAnyName"/>).</param>
internal sealed class Places(EngineState state, bool namesMeanAll = false)
{
    private readonly Dictionary<(int Identity, int Slot), Place> _ofHosts = [];
    private readonly Dictionary<Look, Place> _ofOthers = [];
    private readonly Dictionary<HostClassKey, ImmutableArray<Place>> _ofClasses = [];

    public EngineState State => state;

    /// <summary>The number of places found so far.</summary>
    public int Count => _ofHosts.Count + _ofOthers.Count;

    /// <summary>The place of an address.</summary>
    public Place At(IpAddress address)
    {
        var world = state.World;
        if (!world.HostByAddress.TryGetValue(address, out var host))
            return Other(address);
        var key = world.ClassOf[host];
        var slots = world.Classes[key].Slots;
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i].Family == address.Family && (key.Only is null || slots[i].Addresses.Items.Contains(address)))
                return Of(key)[i];
        }

        throw new InvalidOperationException($"{address} of {host} is in no slot");
    }

    /// <summary>The places of the hosts of a class, by slot.</summary>
    public ImmutableArray<Place> Of(HostClassKey key)
    {
        if (!_ofClasses.TryGetValue(key, out var places))
        {
            var slots = state.World.Classes[key].Slots;
            var number = state.Plans.NumberOf[key];
            _ofClasses[key] = places = [.. slots.Select((slot, i) => Host(number, slot, i))];
        }

        return places;
    }

    /// <summary>What policies can see of an address that no host has.</summary>
    public Look LookAt(IpAddress address)
    {
        var world = state.World;
        return new(address.Family, world.Covers.NarrowestNamed(address), world.Covers.Endpoints(address).Select(key => Look(world.Endpoints[key])).ToEquatableArray());
    }

    /// <summary>What policies can see of a name: itself, and who has all addresses of the family.</summary>
    public Look LookAt(string name, IpFamily family) =>
        new(family, null, NameMeaning.Known(state.World, family).Select(Look).ToEquatableArray()) { Name = name };

    /// <summary>The place of whatever has a name.</summary>
    public Place At(string name, IpFamily family)
    {
        var look = LookAt(name, family);
        if (!_ofOthers.TryGetValue(look, out var place))
            _ofOthers[look] = place = new(Count, new(family, [], [.. NameMeaning.Known(state.World, family)]), null, 0) { Name = name, IsAnyName = namesMeanAll };
        return place;
    }

    /// <summary>The names that policies speak of.</summary>
    public IEnumerable<string> Names => state.World.Policies
        .SelectMany(node => PolicyMatches.Sides(node.Resource))
        .SelectMany(side => side.Rules.Items)
        .Where(rule => rule.GrantsByName)
        .SelectMany(rule => rule.Peers!.Value.Items)
        .SelectMany(peer => peer.Names.Items);

    private EndpointLook Look(Endpoint endpoint) => new(
        endpoint.Namespace?.Name,
        endpoint.Resource.Nature,
        endpoint.Resource.ServiceAccount,
        LabelSet.Of(endpoint.Labels.Where(label => state.World.Vocabulary.Labels.ContainsKey(label.Key))),
        HostClassKey.PortsOf(endpoint, state.World.Vocabulary));

    private Place Host(int identity, Slot slot, int index)
    {
        if (!_ofHosts.TryGetValue((identity, index), out var place))
            _ofHosts[(identity, index)] = place = new(Count, slot, state.Plans.Rows[identity]!.Identity, index) { IsAnyName = namesMeanAll };
        return place;
    }

    private Place Other(IpAddress address)
    {
        var look = LookAt(address);
        if (!_ofOthers.TryGetValue(look, out var place))
        {
            var known = state.World.Covers.Endpoints(address).Select(key => state.World.Endpoints[key]).ToImmutableArray();
            var slot = new Slot(address.Family, [address], known) { Ports = HostClassKey.Sorted(look.Endpoints.SelectMany(endpoint => endpoint.Ports)) };
            _ofOthers[look] = place = new(Count, slot, null, 0) { IsAnyName = namesMeanAll };
        }

        return place;
    }
}

/// <summary>What policies can see of an address that no host has, or of a name.</summary>
/// <param name="Family">The family.</param>
/// <param name="Narrowest">The narrowest block around it that policies name.</param>
/// <param name="Endpoints">The endpoints without agent that have it.</param>
internal sealed record Look(IpFamily Family, Cidr? Narrowest, EquatableArray<EndpointLook> Endpoints)
{
    /// <summary>The name, where it is not addresses but whatever has a name that is looked at.</summary>
    public string? Name { get; init; }
}

/// <summary>What policies can see of an endpoint without agent.</summary>
internal sealed record EndpointLook(string? Namespace, EndpointNature Nature, string ServiceAccount, LabelSet Labels, EquatableArray<NamedPort> Ports);
