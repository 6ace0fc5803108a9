using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// Addresses of one host that no policy tells apart: of one family, in the same blocks, known to the same endpoints. Most hosts have one
/// slot for each family; a host without addresses has two without any, so that policies select it by its labels all the same.
/// </summary>
/// <param name="Family">The family.</param>
/// <param name="Addresses">The addresses, of a host with several slots of the family; else one that stands for the addresses of all hosts of the identity.</param>
/// <param name="Known">The endpoints that have the addresses; the host itself is the first.</param>
internal sealed record Slot(IpFamily Family, EquatableArray<IpAddress> Addresses, ImmutableArray<Endpoint> Known)
{
    /// <summary>The ports that rules may name and the endpoints that have the addresses declare, sorted and unique.</summary>
    public EquatableArray<NamedPort> Ports { get; init; }

    /// <summary>Whether an address of the slot satisfies a match, by any endpoint that has it.</summary>
    public bool Matches(PeerMatch match) =>
        match.Names.IsEmpty
        && (match.Endpoints is null || AnyKnown(match.Endpoints))
        && (match.NotEndpoints is null || !AnyKnown(match.NotEndpoints))
        && MatchesNets(match);

    /// <summary>Whether the host is a subject at the addresses of the slot, by its own labels.</summary>
    public bool IsSubject(PeerMatch match) =>
        (match.Endpoints is null || Known[0].Matches(match.Endpoints))
        && (match.NotEndpoints is null || !Known[0].Matches(match.NotEndpoints))
        && MatchesNets(match);

    private bool MatchesNets(PeerMatch match) =>
        (match.Nets.IsEmpty || Holds(match.Nets)) && !Holds(match.NotNets);

    private bool AnyKnown(EndpointMatch match)
    {
        foreach (var endpoint in Known)
        {
            if (endpoint.Matches(match))
                return true;
        }

        return false;
    }

    private bool Holds(EquatableArray<Cidr> blocks)
    {
        if (Addresses.IsEmpty)
            return false;
        var sample = Addresses[0];
        foreach (var block in blocks)
        {
            if (block.Contains(sample))
                return true;
        }

        return false;
    }
}
