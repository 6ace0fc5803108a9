using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>A service of the mesh's registry, whichever resource describes it.</summary>
/// <param name="Host">The fully qualified name.</param>
/// <param name="Namespace">The namespace of the resource that describes it.</param>
internal sealed record MeshService(string Host, string Namespace)
{
    /// <summary>The endpoints by labels, where it has a selector; null where it is known by addresses alone.</summary>
    public EndpointMatch? Selected { get; init; }

    /// <summary>Endpoints by address: given ones, or what clients connect to.</summary>
    public EquatableArray<MeshAddress> Addresses { get; init; }

    /// <summary>Its TCP ports.</summary>
    public EquatableArray<ServicePort> Ports { get; init; }

    /// <summary>Whether it has no port of any protocol but one: then that is called, whatever port was addressed.</summary>
    public bool HasOnePort { get; init; }

    /// <summary>Namespaces whose clients see it; empty for all.</summary>
    public EquatableArray<string> ExportTo { get; init; }

    /// <summary>Endpoints by name: clients ask for their addresses.</summary>
    public EquatableArray<MeshName> Names { get; init; }

    /// <summary>Names, such as patterns, that clients ask for and nobody else can, each with the reason.</summary>
    public EquatableArray<(string Name, string Problem)> UnresolvableNames { get; init; }

    /// <summary>Whether clients of a namespace see it.</summary>
    public bool IsVisibleTo(string clientNamespace) => Visibility.Includes(ExportTo, Namespace, clientNamespace);
}

/// <summary>An endpoint of a service that is known by address.</summary>
/// <param name="Block">The address, or the block of addresses.</param>
/// <param name="Ports">Its own number for a port of the service, by the port's name.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record MeshAddress(Cidr Block, EquatableArray<EndpointPort> Ports, LabelSet Labels)
{
    /// <summary>Whether it serves no port of the service but those of <see cref="Ports"/>.</summary>
    public bool ServesOnlyPorts { get; init; }
}

/// <summary>An endpoint of a service that is known by name.</summary>
/// <param name="Name">The name (<see cref="DomainName"/>).</param>
/// <param name="Ports">Its own number for a port of the service, by the port's name.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record MeshName(string Name, EquatableArray<EndpointPort> Ports, LabelSet Labels);
