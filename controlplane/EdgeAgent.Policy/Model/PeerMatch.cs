using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// A condition on one end of a flow. All parts must hold; an absent part always does. Endpoints are met by their addresses, so a block
/// also denotes the hosts whose address lies in it, and a selector the addresses of what it selects.
/// </summary>
public sealed record PeerMatch
{
    /// <summary>Endpoints of which one must have the address; null for any address, known or not.</summary>
    public EndpointMatch? Endpoints { get; init; }

    /// <summary>Endpoints of which none may have the address; null for no such condition.</summary>
    public EndpointMatch? NotEndpoints { get; init; }

    /// <summary>Blocks of which one must hold the address; empty for no such condition.</summary>
    public EquatableArray<Cidr> Nets { get; init; }

    /// <summary>Blocks of which none may hold the address.</summary>
    public EquatableArray<Cidr> NotNets { get; init; }

    /// <summary>
    /// Names of which one must have the address when the host that enforces the rule asks for it (<see cref="DomainName"/>); empty for no
    /// such condition. A match by names has no other part, and stands only where a rule that allows says who the other end is, or one that
    /// passes in a tier where no later rule allows.
    /// </summary>
    public EquatableArray<string> Names { get; init; }

    /// <summary>No condition at all.</summary>
    public static PeerMatch Any { get; } = new();

    /// <summary>Whether the match has no condition.</summary>
    public bool IsAny => Endpoints is null && NotEndpoints is null && Nets.IsEmpty && NotNets.IsEmpty && Names.IsEmpty;

    /// <summary>Matches endpoints alone.</summary>
    public static PeerMatch Of(EndpointMatch endpoints) => new() { Endpoints = endpoints };

    /// <summary>Matches blocks alone, but for some.</summary>
    public static PeerMatch Of(EquatableArray<Cidr> nets, EquatableArray<Cidr> except = default) => new() { Nets = nets, NotNets = except };

    /// <summary>Matches names alone.</summary>
    public static PeerMatch OfNames(IEnumerable<string> names) => new() { Names = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToEquatableArray() };

    /// <summary>The canonical text: equal texts mean equal peers.</summary>
    public override string ToString()
    {
        var parts = new[]
        {
            Names.IsEmpty ? null : $"names {string.Join(',', Names.Items)}",
            Endpoints?.ToString(),
            Nets.IsEmpty ? null : string.Join(',', CidrSet.Canonical(Nets.Items)),
            NotEndpoints is null ? null : $"not {NotEndpoints}",
            NotNets.IsEmpty ? null : $"except {string.Join(',', CidrSet.Canonical(NotNets.Items))}",
        };
        var text = string.Join(' ', parts.OfType<string>());
        return text.Length == 0 ? "any" : text;
    }
}
