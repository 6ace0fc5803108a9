using System.Collections.Immutable;

namespace EdgeAgent.Contracts;

/// <summary>What one host must enforce. The empty policy allows everything.</summary>
public sealed record HostPolicy
{
    /// <summary>A policy of no stages at revision zero.</summary>
    public static HostPolicy Empty { get; } = new();

    /// <summary>The revision of resources that it was computed from.</summary>
    public Revision Revision { get; init; }

    /// <summary>How the host treats it.</summary>
    public EnforcementMode Mode { get; init; } = EnforcementMode.Enforce;

    /// <summary>The stages that traffic towards the host must pass: its own ingress, then the sources' egress.</summary>
    public EquatableArray<Stage> Inbound { get; init; }

    /// <summary>The stages that traffic from the host must pass: its own egress, then the destinations' ingress.</summary>
    public EquatableArray<Stage> Outbound { get; init; }

    /// <summary>The address sets that rules and branches name, by id.</summary>
    public ImmutableSortedDictionary<string, AddressSet> Sets { get; init; } = ImmutableSortedDictionary.Create<string, AddressSet>(StringComparer.Ordinal);

    /// <summary>The port sets that rules name, by id.</summary>
    public ImmutableSortedDictionary<string, PortSet> PortSets { get; init; } = ImmutableSortedDictionary.Create<string, PortSet>(StringComparer.Ordinal);
}
