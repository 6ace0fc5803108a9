using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Cli.Output;

/// <summary>Changed flows as the control plane or manifests alone say them.</summary>
internal sealed record FlowView(bool IsAllowed, IReadOnlyList<GroupView> From, IReadOnlyList<GroupView> To, int Family, string Traffic, IReadOnlyList<TrafficPartView> Parts)
{
    /// <summary><c>allow</c> or <c>deny</c>: the verdict after the change.</summary>
    public string Verdict => IsAllowed ? "allow" : "deny";

    public static FlowView Of(Wire.V1.FlowChange change) => new(
        change.Allowed,
        [.. change.Sources.Select(GroupView.Of)],
        [.. change.Destinations.Select(GroupView.Of)],
        change.Family,
        change.Traffic,
        [.. change.Parts.Select(part => new TrafficPartView(part.Protocol, part.Ports, part.SourcePorts))]);

    public static FlowView Of(FlowChange change) => new(
        change.IsAllowed,
        [.. change.Sources.Select(GroupView.Of)],
        [.. change.Destinations.Select(GroupView.Of)],
        NumberOf(change.Family),
        change.Traffic.ToString(),
        TrafficPartView.Of(change.Traffic));

    /// <summary>4 or 6; 0 for both.</summary>
    public static int NumberOf(IpFamily? family) => family switch
    {
        IpFamily.V4 => 4,
        IpFamily.V6 => 6,
        _ => 0,
    };
}

/// <summary>Ends of flows that policy treats alike.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Hosts">How many hosts with agent.</param>
/// <param name="FirstHosts">The first of them.</param>
/// <param name="Addresses">The addresses meant of a host; empty for all.</param>
/// <param name="Labels">The labels that they share.</param>
/// <param name="Endpoints">Endpoints without agent.</param>
/// <param name="Block">Without hosts: the narrowest block that policies name around the addresses; empty for none.</param>
/// <param name="Domain">The name whose addresses are meant; empty for addresses that are known.</param>
internal sealed record GroupView(
    string Name,
    int Hosts,
    IReadOnlyList<string> FirstHosts,
    IReadOnlyList<string> Addresses,
    IReadOnlyList<KeyValuePair<string, string>> Labels,
    IReadOnlyList<string> Endpoints,
    string Block,
    string Domain)
{
    private const int FewHosts = 20;

    public static GroupView Of(Wire.V1.FlowGroup group) => new(
        group.Name,
        group.Hosts,
        [.. group.FirstHosts.Select(key => KeyText.FromWire(key).QualifiedName)],
        group.Addresses,
        [.. group.Labels.OrderBy(label => label.Key, StringComparer.Ordinal)],
        [.. group.Endpoints.Select(KeyText.Of)],
        group.Block,
        group.Domain);

    public static GroupView Of(FlowGroup group) => new(
        group.Name,
        group.Hosts.Count,
        [.. group.Hosts.Take(FewHosts).Select(key => key.QualifiedName)],
        [.. group.Addresses.Select(address => address.ToString())],
        [.. group.Labels],
        [.. group.Endpoints.Select(key => key.ToString())],
        group.Block?.ToString() ?? "",
        group.DomainName ?? "");
}

/// <summary>A part of some traffic.</summary>
internal sealed record TrafficPartView(string Protocol, IReadOnlyList<string> Ports, IReadOnlyList<string> SourcePorts)
{
    public static IReadOnlyList<TrafficPartView> Of(TrafficSet traffic) =>
        [.. traffic.Parts.Select(part => new TrafficPartView(part.Protocol, [.. part.Ports.Select(range => range.ToString())], [.. part.SourcePorts.Select(range => range.ToString())]))];
}
