using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// What policies say of an end that is known by its name of the Domain Name System. The name is read as addresses that lie in no blocks,
/// also of endpoints, but those of whole families; what has a name is known to the host that asks for it.
/// </summary>
internal static class NameMeaning
{
    /// <summary>The address that stands for those of a name.</summary>
    public static IpAddress Address(IpFamily family) => new(family, 0);

    /// <summary>The endpoints that have all addresses of a family.</summary>
    public static List<Endpoint> Known(World world, IpFamily family) =>
        [.. world.EndpointsAt(Address(family)).Where(endpoint => endpoint.Resource.Addresses.Items.Any(block => IsWhole(block, family)))];

    /// <summary>Whether a match means a name.</summary>
    /// <param name="match">The match.</param>
    /// <param name="name">The name.</param>
    /// <param name="family">The family of the flow.</param>
    /// <param name="known">The endpoints that have all addresses of the family.</param>
    public static bool Means(PeerMatch match, string name, IpFamily family, IReadOnlyCollection<Endpoint> known)
    {
        if (!match.Names.IsEmpty)
            return match.Names.Items.Contains(name);
        return (match.Endpoints is null || known.Any(endpoint => endpoint.Matches(match.Endpoints)))
            && (match.NotEndpoints is null || !known.Any(endpoint => endpoint.Matches(match.NotEndpoints)))
            && (match.Nets.IsEmpty || match.Nets.Items.Any(block => IsWhole(block, family)))
            && !match.NotNets.Items.Any(block => IsWhole(block, family));
    }

    private static bool IsWhole(Cidr block, IpFamily family) => block.Length == 0 && block.Family == family;
}
