using System.Collections.Immutable;

namespace EdgeAgent.Contracts;

/// <summary>What one host must enforce. The empty policy allows everything.</summary>
public sealed record HostPolicy
{
    // Before the empty policy, which has it.
    private static ImmutableSortedDictionary<string, DomainSet> NoDomains { get; } = ImmutableSortedDictionary.Create<string, DomainSet>(StringComparer.Ordinal);

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

    /// <summary>The stages that traffic through the host must pass where it arrives. Modes but audit and off leave them as they are, and no failsafe opens them.</summary>
    public EquatableArray<Stage> ForwardIn { get; init; }

    /// <summary>The stages that traffic through the host must pass where it leaves, after those of <see cref="ForwardIn"/>.</summary>
    public EquatableArray<Stage> ForwardOut { get; init; }

    /// <summary>The address sets that rules and branches name, by id.</summary>
    public ImmutableSortedDictionary<string, AddressSet> Sets { get; init; } = ImmutableSortedDictionary.Create<string, AddressSet>(StringComparer.Ordinal);

    /// <summary>The port sets that rules name, by id.</summary>
    public ImmutableSortedDictionary<string, PortSet> PortSets { get; init; } = ImmutableSortedDictionary.Create<string, PortSet>(StringComparer.Ordinal);

    /// <summary>The sets of names that rules name, by id; no address set has one of these ids.</summary>
    public ImmutableSortedDictionary<string, DomainSet> DomainSets { get; init; } = NoDomains;

    /// <summary>All names of the sets, each once.</summary>
    public IEnumerable<string> DomainNames => DomainSets.Values.SelectMany(set => set.Names).Distinct(StringComparer.Ordinal);

    /// <summary>The policy with the addresses that names have in their place: what is enforced as long as they have them.</summary>
    public HostPolicy With(ResolvedNames names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return DomainSets.IsEmpty ? this : this with
        {
            Sets = Sets.SetItems(DomainSets.Values.Select(set => KeyValuePair.Create(set.Id, names.AddressesOf(set)))),
            DomainSets = NoDomains,
        };
    }

    /// <summary>The stages of a path.</summary>
    public EquatableArray<Stage> StagesOf(TrafficPath path) => path switch
    {
        TrafficPath.Inbound => Inbound,
        TrafficPath.Outbound => Outbound,
        TrafficPath.ForwardIn => ForwardIn,
        TrafficPath.ForwardOut => ForwardOut,
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "no such path"),
    };

    /// <summary>The stages of all paths.</summary>
    public IEnumerable<Stage> AllStages() => Inbound.Concat(Outbound).Concat(ForwardIn).Concat(ForwardOut);
}
