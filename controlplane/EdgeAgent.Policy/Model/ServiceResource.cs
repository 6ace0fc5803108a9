using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>A service: a name for the endpoints of its namespace that its selector selects.</summary>
public sealed record ServiceResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The kind of services in keys.</summary>
    public const string Kind = "Service";

    /// <summary>Selects the workloads of the namespace behind the service; null for a service without selector, whose endpoints its EndpointSlices give.</summary>
    public Selector? Selector { get; init; }

    /// <summary>Whether it is a name for something outside (<c>ExternalName</c>): nothing is behind it then, whatever slices say.</summary>
    public bool IsExternal { get; init; }

    /// <summary>The ports.</summary>
    public EquatableArray<ServicePort> Ports { get; init; }
}

/// <summary>One port of a service.</summary>
/// <param name="Name">Its name, or empty.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="Port">The service's own port.</param>
/// <param name="TargetPort">The workload's port.</param>
public readonly record struct ServicePort(string Name, IpProtocol Protocol, ushort Port, TargetPort TargetPort);

/// <summary>A workload's port, by number or by the name that each endpoint declares.</summary>
/// <param name="Number">The number, when <paramref name="Name"/> is empty.</param>
/// <param name="Name">The name, or empty.</param>
public readonly record struct TargetPort(ushort Number, string Name);
