using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>A ServiceEntry, or an EgressRule of the first generation: a service that no Service document describes.</summary>
public sealed record ServiceEntryResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>The kind of the second generation in keys.</summary>
    public const string Kind = "ServiceEntry";

    /// <summary>The kind of the first generation in keys.</summary>
    public const string EgressRuleKind = "EgressRule";

    /// <summary>Names that clients call it by; the first label may be <c>*</c>.</summary>
    public EquatableArray<string> Hosts { get; init; }

    /// <summary>Addresses that clients connect to, where the endpoints are not given.</summary>
    public EquatableArray<Cidr> Addresses { get; init; }

    /// <summary>Its ports; a target port of number 0 and no name is the port itself.</summary>
    public EquatableArray<ServicePort> Ports { get; init; }

    /// <summary>How clients find the endpoints.</summary>
    public ServiceResolution Resolution { get; init; }

    /// <summary>Its endpoints, where they are given.</summary>
    public EquatableArray<ServiceEndpoint> Endpoints { get; init; }

    /// <summary>Labels of the workloads of its namespace behind it; null where it has no selector.</summary>
    public LabelSet? WorkloadSelector { get; init; }

    /// <summary>Namespaces whose clients see it: names, <c>.</c> for its own, <c>*</c> for all; empty for all.</summary>
    public EquatableArray<string> ExportTo { get; init; }
}

/// <summary>How clients of a service find its endpoints.</summary>
public enum ServiceResolution : byte
{
    /// <summary>They connect to the address that they have.</summary>
    None = 1,

    /// <summary>By the endpoints' addresses.</summary>
    Static = 2,

    /// <summary>By asking the DNS.</summary>
    Dns = 3,
}

/// <summary>An endpoint of a ServiceEntry.</summary>
/// <param name="Address">Its address; null where it is known by name alone.</param>
/// <param name="DnsName">Its name; empty where it has an address.</param>
/// <param name="Ports">Its own number for a port of the service, by the port's name.</param>
/// <param name="Labels">Its labels.</param>
public sealed record ServiceEndpoint(IpAddress? Address, string DnsName, EquatableArray<EndpointPort> Ports, LabelSet Labels);

/// <summary>An endpoint's own number for a service's port.</summary>
public readonly record struct EndpointPort(string Name, ushort Number);
