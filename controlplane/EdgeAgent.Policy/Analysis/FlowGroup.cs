using System.Collections.Immutable;
using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Ends of flows that policies treat alike: hosts, endpoints without agent, what has a name, or addresses that nobody is known at.</summary>
public sealed class FlowGroup
{
    private const int FewNames = 3;

    internal FlowGroup(Site? v4, Site? v6) => (V4, V6) = (v4, v6);

    /// <summary>The hosts with agent.</summary>
    public HostSelection Hosts { get; internal init; } = HostSelection.None;

    /// <summary>The addresses that are meant of a host that is treated differently at others; empty where all are.</summary>
    public ImmutableArray<IpAddress> Addresses { get; internal init; } = [];

    /// <summary>The namespace of the hosts; null where they have none or several.</summary>
    public string? Namespace { get; internal init; }

    /// <summary>The labels that all of the hosts have, of those that policies speak of.</summary>
    public LabelSet Labels { get; internal init; } = LabelSet.Empty;

    /// <summary>Endpoints without agent, sorted.</summary>
    public ImmutableArray<ResourceKey> Endpoints { get; internal init; } = [];

    /// <summary>For addresses that no host has: the narrowest block around them that policies name; null where they name none.</summary>
    public Cidr? Block { get; internal init; }

    /// <summary>
    /// The name of the Domain Name System whose addresses are meant, whatever they are: the verdict is that of an address of which policies
    /// know nothing but the name. Null for addresses that are known.
    /// </summary>
    public string? DomainName { get; internal init; }

    /// <summary>Whether it is all addresses that are no endpoint's, and that no policy names.</summary>
    public bool IsElsewhere => Hosts.Count == 0 && Endpoints.IsEmpty && DomainName is null && Block is null;

    /// <summary>What people call it.</summary>
    public string Name => DomainName ?? (Hosts.Count, Endpoints.Length) switch
    {
        (0, 0) => Block is not { } own ? "any other address" : own.IsSingle ? own.Network.ToString() : $"others in {own}",
        (0, _) => $"{Listed(Endpoints.Select(key => key.ToString()), Endpoints.Length)}{(Block is { } block ? $" in {block}" : "")}",
        ( <= FewNames, _) => $"{string.Join(", ", Hosts.Select(host => host.QualifiedName))}{(Addresses.IsEmpty ? "" : $" at {string.Join(", ", Addresses)}")}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Hosts.Count} hosts{Kind} such as {Hosts.Any.QualifiedName}"),
    };

    internal Site? V4 { get; }

    internal Site? V6 { get; }

    /// <summary>The host that is all of the group; null where there are others. A host always reaches itself.</summary>
    internal ResourceKey? OnlyHost => Hosts.Count == 1 ? Hosts.Any : null;

    internal Site? SiteOf(IpFamily family) => family == IpFamily.V4 ? V4 : V6;

    /// <summary>One of its addresses of a family that it has, in the later of the two worlds.</summary>
    internal IpAddress AddressOf(IpFamily family, World world) => Hosts.Count == 0
        ? SiteOf(family)!.After.Slot.Addresses[0]
        : world.Endpoints[Hosts.Any].Resource.Addresses.Items.Select(block => block.Network).First(address => address.Family == family && (Addresses.IsEmpty || Addresses.Contains(address)));

    /// <inheritdoc/>
    public override string ToString() => Name;

    private string Kind
    {
        get
        {
            var labels = Labels.Where(label => !label.Key.StartsWith("projectcalico.org/", StringComparison.Ordinal)).Select(label => $"{label.Key}={label.Value}");
            return $"{(Namespace is null ? "" : $" of {Namespace}")}{(string.Join(',', labels) is { Length: > 0 } text ? $" with {text}" : "")}";
        }
    }

    private static string Listed(IEnumerable<string> names, int count) =>
        count <= FewNames ? string.Join(", ", names) : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", names.Take(FewNames))} and {count - FewNames} more");
}
