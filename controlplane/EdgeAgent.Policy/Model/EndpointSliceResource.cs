using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Endpoints of a service by address. They count where the service has no selector, which would say it by labels.</summary>
public sealed record EndpointSliceResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The kind in keys.</summary>
    public const string Kind = "EndpointSlice";

    /// <summary>The name of the service, of the same namespace; empty for none.</summary>
    public string Service { get; init; } = "";

    /// <summary>The addresses, whether their endpoints are ready or not.</summary>
    public EquatableArray<Cidr> Addresses { get; init; }

    /// <summary>The endpoints' own ports, each under the name of the service's port that leads to it.</summary>
    public EquatableArray<NamedPort> Ports { get; init; }
}
