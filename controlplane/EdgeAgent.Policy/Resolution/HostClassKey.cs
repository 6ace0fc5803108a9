using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>All that policies can see of a host: hosts with equal keys are treated alike.</summary>
/// <param name="Namespace">Its namespace; null for a host outside all namespaces.</param>
/// <param name="Nature">Its nature.</param>
/// <param name="ServiceAccount">Its service account.</param>
/// <param name="Labels">Those of its labels that policies speak of.</param>
/// <param name="Ports">Those of its ports that policies speak of, sorted.</param>
/// <param name="Mode">How it treats its policy.</param>
/// <param name="Undecided">What it does with traffic that no policy decides.</param>
/// <param name="Slots">For each slot the family and the narrowest block around its addresses.</param>
/// <param name="HoldsElsewhere">Whether its policies also hold for addresses that it does not have.</param>
/// <param name="Only">The host itself, where its addresses of one family are treated differently, so that no other host is like it.</param>
internal sealed record HostClassKey(
    string? Namespace,
    EndpointNature Nature,
    string ServiceAccount,
    LabelSet Labels,
    EquatableArray<NamedPort> Ports,
    EnforcementMode Mode,
    UndecidedTraffic Undecided,
    EquatableArray<(IpFamily Family, Cidr? Narrowest)> Slots,
    bool HoldsElsewhere,
    ResourceKey? Only)
{
    private int Hash { get; } = HashCode.Combine(HashCode.Combine(Namespace, Nature, ServiceAccount, Labels, Ports), Mode, Undecided, Slots, HoldsElsewhere, Only);

    public override int GetHashCode() => Hash;

    public static HostClassKey Of(Endpoint host, Vocabulary vocabulary, CoverIndex covers)
    {
        var slots = host.Resource.Addresses.Items
            .Select(address => (address.Family, Narrowest: covers.Narrowest(address.Network)))
            .Distinct()
            .OrderBy(slot => slot.Family)
            .ThenBy(slot => slot.Narrowest ?? Cidr.All(slot.Family))
            .ThenBy(slot => slot.Narrowest is null)
            .ToEquatableArray();
        if (slots.IsEmpty)
            slots = [(IpFamily.V4, null), (IpFamily.V6, null)];
        var several = slots.Count(slot => slot.Family == IpFamily.V4) > 1 || slots.Count(slot => slot.Family == IpFamily.V6) > 1;
        return new(
            host.Namespace?.Name,
            host.Resource.Nature,
            host.Resource.ServiceAccount,
            LabelSet.Of(host.Labels.Where(label => vocabulary.Labels.ContainsKey(label.Key))),
            PortsOf(host, vocabulary),
            host.Resource.Mode,
            host.Resource.Undecided,
            slots,
            host.Resource.HoldsElsewhere,
            several ? host.Key : null);
    }

    /// <summary>The ports of an endpoint that policies speak of, sorted and unique.</summary>
    public static EquatableArray<NamedPort> PortsOf(Endpoint endpoint, Vocabulary vocabulary) => Sorted(
        endpoint.Resource.Ports.Items.Where(port => vocabulary.PortNames.ContainsKey(port.Name)));

    /// <summary>Ports by name, protocol and number, each once.</summary>
    public static EquatableArray<NamedPort> Sorted(IEnumerable<NamedPort> ports) => ports
        .Distinct()
        .OrderBy(port => port.Name, StringComparer.Ordinal)
        .ThenBy(port => port.Protocol)
        .ThenBy(port => port.Port)
        .ToEquatableArray();
}
