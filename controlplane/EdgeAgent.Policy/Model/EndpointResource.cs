using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Anything with addresses and labels that policies may name.</summary>
public sealed record EndpointResource(ResourceKey Key, SourcePosition Source) : Resource(Key, Source)
{
    /// <summary>What sort of endpoint it is.</summary>
    public required EndpointNature Nature { get; init; }

    /// <summary>Whether an agent runs there, so that policy is enforced at it.</summary>
    public bool IsManaged { get; init; }

    /// <summary>The labels as declared; the engine adds <c>projectcalico.org/namespace</c> where there is a namespace.</summary>
    public LabelSet Labels { get; init; } = LabelSet.Empty;

    /// <summary>The addresses: single ones, but for network sets.</summary>
    public EquatableArray<Cidr> Addresses { get; init; }

    /// <summary>Ports that rules may name.</summary>
    public EquatableArray<NamedPort> Ports { get; init; }

    /// <summary>
    /// Whether <see cref="Ports"/> also are its own numbers for ports of its services, by the service port's name (<c>ports</c> of
    /// WorkloadEntry). A pod's ports are not: there a service says which of them it leads to.
    /// </summary>
    public bool RenumbersServicePorts { get; init; }

    /// <summary>What happens, in either direction, to traffic that no policy decides.</summary>
    public UndecidedTraffic Undecided { get; init; } = UndecidedTraffic.Allow;

    /// <summary>How the host treats its policy.</summary>
    public EnforcementMode Mode { get; init; } = EnforcementMode.Enforce;

    /// <summary>The service account that it acts as, or empty.</summary>
    public string ServiceAccount { get; init; } = "";

    /// <summary>The interfaces that its policy is about at its own end; null for all of its own machine.</summary>
    public InterfaceBinding? Binding { get; init; }

    /// <summary>Whether its policies also hold, at its machine, for addresses that it does not have: it or another endpoint of the machine is about some interfaces. The engine's to say.</summary>
    internal bool HoldsElsewhere { get; init; }
}

/// <summary>The sorts of endpoints, as far as selectors tell them apart.</summary>
public enum EndpointNature : byte
{
    /// <summary>Something that runs an application in a namespace: a host, a pod, a mesh workload without agent.</summary>
    Workload = 1,

    /// <summary>A host as Calico's HostEndpoint: outside namespaces, no workload for Kubernetes' selectors.</summary>
    HostEndpoint = 2,

    /// <summary>Blocks of addresses under labels: seen by Calico's and native selectors, never by Kubernetes'.</summary>
    NetworkSet = 3,
}

/// <summary>The fate of traffic that no policy decides.</summary>
public enum UndecidedTraffic : byte
{
    /// <summary>It passes.</summary>
    Allow = 1,

    /// <summary>It is denied.</summary>
    Deny = 2,
}
