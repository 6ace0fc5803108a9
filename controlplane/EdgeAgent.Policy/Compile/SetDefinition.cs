using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>What an address set means: it says its members in any world.</summary>
internal abstract record SetDefinition(string Id)
{
    public abstract IEnumerable<Cidr> Members(AddressBook addresses);

    /// <summary>Whether members come and go with an endpoint.</summary>
    public abstract bool Concerns(Endpoint endpoint);

    /// <summary>The set after a change; null where it must be made from nothing.</summary>
    /// <param name="before">The set before it.</param>
    /// <param name="changed">Every endpoint that differs, as it was and as it is; null when any may.</param>
    /// <param name="addresses">The addresses of the world after it.</param>
    public virtual AddressSet? Renew(AddressSet before, IReadOnlyCollection<Endpoint>? changed, AddressBook addresses) => null;

    /// <summary>Whether members of a match come and go with an endpoint.</summary>
    protected static bool Concerns(PeerMatch? match, Endpoint endpoint) =>
        match is not null
        && ((match.Endpoints is not null && endpoint.Matches(match.Endpoints)) || (match.NotEndpoints is not null && endpoint.Matches(match.NotEndpoints)));
}

/// <summary>The addresses that a match means.</summary>
internal sealed record MatchSet(string Id, PeerMatch Match) : SetDefinition(Id)
{
    public override IEnumerable<Cidr> Members(AddressBook addresses) => addresses.Meant(Match);

    public override bool Concerns(Endpoint endpoint) => Concerns(Match, endpoint);

    public override AddressSet? Renew(AddressSet before, IReadOnlyCollection<Endpoint>? changed, AddressBook addresses)
    {
        if (changed is null)
            return null;
        var set = before;
        foreach (var address in changed.Where(Concerns).SelectMany(endpoint => endpoint.Resource.Addresses.Items))
        {
            // Whole blocks come and go with network sets alone, and those seldom change.
            if (!address.IsSingle)
                return null;
            set = addresses.Means(Match, address.Network) ? set.With(address.Network) : set.Without(address.Network);
        }

        return set;
    }
}

/// <summary>Given addresses, or those of them that a match means.</summary>
internal sealed record GivenSet(string Id, EquatableArray<Cidr> Given, PeerMatch? Match) : SetDefinition(Id)
{
    public override IEnumerable<Cidr> Members(AddressBook addresses) =>
        Match is null ? Given.Items : CidrSet.Intersect(addresses.Meant(Match), Given.Items);

    public override bool Concerns(Endpoint endpoint) => Concerns(Match, endpoint);
}

/// <summary>The ports that endpoints of a match declare under some names, for one protocol.</summary>
internal sealed record PortDefinition(string Id, PeerMatch Match, EquatableArray<string> Names, IpProtocol Protocol)
{
    /// <summary>Whether members come and go with an endpoint.</summary>
    public bool Concerns(Endpoint endpoint) =>
        endpoint.Resource.Ports.Items.Any(port => Names.Items.Contains(port.Name))
        || (Match.Endpoints is not null && endpoint.Matches(Match.Endpoints))
        || (Match.NotEndpoints is not null && endpoint.Matches(Match.NotEndpoints));

    public PortSet Resolve(AddressBook addresses)
    {
        var declared = addresses.Declared(Names.Items).Where(pair => pair.Port.Protocol == Protocol).Select(pair => pair.Member);
        if (Match.IsAny)
            return new(Id, declared);
        var meant = CidrSet.Canonical(addresses.Meant(Match));
        return new(Id, declared.Where(member => CidrSet.Contains(meant, member.Address)));
    }
}
