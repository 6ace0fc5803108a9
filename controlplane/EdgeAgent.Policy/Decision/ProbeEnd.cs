using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>One end of a probe: its addresses, and the host with agent that has them, if one does.</summary>
/// <param name="Addresses">The addresses: one where it was given by address, all of the endpoint where by name.</param>
/// <param name="Host">The host with agent.</param>
internal sealed record ProbeEnd(ImmutableArray<IpAddress> Addresses, Endpoint? Host)
{
    /// <summary>The name of the Domain Name System that it was given by; its addresses are then those that stand for any. Null for none.</summary>
    public string? Name { get; private init; }

    /// <summary>Finds an end by what a probe calls it.</summary>
    /// <exception cref="ProbeException">No endpoint has the name, and it is no address.</exception>
    public static ProbeEnd Find(World world, string text)
    {
        if (IpAddress.TryParse(text, out var address))
            return new([address], world.EndpointsAt(address).FirstOrDefault(endpoint => endpoint.IsManaged));
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (place, name) = slash < 0 ? ("", text) : (text[..slash], text[(slash + 1)..]);
        var endpoint = world.Endpoints.Values
            .Where(candidate => candidate.Key.Name == name && candidate.Key.Namespace == place && candidate.Resource.Nature != EndpointNature.NetworkSet)
            .OrderByDescending(candidate => candidate.IsManaged)
            .FirstOrDefault();
        if (endpoint is null)
        {
            return slash < 0 && text.Contains('.', StringComparison.Ordinal) && DomainName.TryParse(text, out var domain, out _)
                ? new([NameMeaning.Address(IpFamily.V4), NameMeaning.Address(IpFamily.V6)], null) { Name = domain }
                : throw new ProbeException($"there is no host '{text}' (expected namespace/name of a host, an address, or a name such as db.example.com)");
        }

        var addresses = endpoint.Resource.Addresses.Items.Where(block => block.IsSingle).Select(block => block.Network).ToImmutableArray();
        return new(addresses, endpoint.IsManaged ? endpoint : null);
    }
}

/// <summary>A probe that cannot be answered as asked.</summary>
public sealed class ProbeException(string message) : Exception(message);
