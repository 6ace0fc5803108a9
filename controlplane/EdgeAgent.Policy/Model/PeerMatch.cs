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
    /// A service of which the address must be an endpoint; null for no such condition.
    /// Where it stands for the destination, the protocol and port must be one of the endpoint's target ports as well.
    /// </summary>
    public ServiceReference? Service { get; init; }

    /// <summary>No condition at all.</summary>
    public static PeerMatch Any { get; } = new();

    /// <summary>Whether the match has no condition.</summary>
    public bool IsAny => Endpoints is null && NotEndpoints is null && Nets.IsEmpty && NotNets.IsEmpty && Service is null;

    /// <summary>Matches endpoints alone.</summary>
    public static PeerMatch Of(EndpointMatch endpoints) => new() { Endpoints = endpoints };

    /// <summary>Matches blocks alone, but for some.</summary>
    public static PeerMatch Of(EquatableArray<Cidr> nets, EquatableArray<Cidr> except = default) => new() { Nets = nets, NotNets = except };
}

/// <summary>The name of a service.</summary>
public readonly record struct ServiceReference(string Namespace, string Name);
