using System.Text.Json.Nodes;

namespace EdgeAgent.Manifests.Tests.Raw;

/// <summary>
/// What documents say of one flow, read from the documents themselves with their specifications beside: Kubernetes "Network Policies", the
/// network policy API's "API reference", Calico's "Resource definitions" of policies, tiers, sets and host endpoints, and Istio's "Authorization Policy", "Virtual Service",
/// "Sidecar" and what these lead to; of this product's own policies and modes, its README. It shares nothing with the
/// product, not even the reading of addresses.
/// </summary>
internal sealed class RawOracle
{
    /// <summary>The tiers that are always there (Calico, "Tier"; the network policy API is two of them).</summary>
    private static readonly RawTier[] Tiers = [new("kube-admin", 1_000, false), new("default", 1_000_000, true), new("kube-baseline", 10_000_000, false)];

    private readonly RawWorld _world;
    private readonly RawRoutes _routes;
    private readonly RawSidecars _sidecars;
    private readonly RawMeshPorts _meshPorts;
    private readonly RawMachines _machines;
    private readonly List<(RawTier Tier, List<RawPolicy> Policies)> _tiers;

    public RawOracle(IReadOnlyList<JsonObject> documents)
    {
        _world = new(documents);
        var registry = new RawRegistry(_world);
        (_routes, _sidecars, _meshPorts, _machines) = (new(_world, registry), new(_world, registry), new(_world), new(_world));
        var policies = RawClusterPolicy.Of(_world).Concat(RawCalico.Of(_world)).Concat(RawNetworkPolicy.Of(_world)).Concat(RawBookend.Of(_world))
            .OrderBy(policy => policy.Order)
            .ThenBy(policy => !policy.IsFirstOfOrder)
            .ThenBy(policy => policy.Name, StringComparer.Ordinal)
            .ThenBy(policy => policy.Namespace, StringComparer.Ordinal)
            .ThenBy(policy => policy.Kind, StringComparer.Ordinal)
            .ToLookup(policy => policy.Tier);
        _tiers = [.. Tiers.Concat(RawCalico.Tiers(_world)).OrderBy(tier => tier.Order).ThenBy(tier => tier.Name, StringComparer.Ordinal).Select(tier => (tier, policies[tier.Name].ToList()))];
    }

    public RawWorld World => _world;

    /// <summary>Who enforces what where.</summary>
    public RawMachines Machines => _machines;

    /// <summary>How many halves at hosts that routes or Sidecars close were looked at: those that these leave open, and others.</summary>
    public (int Passed, int Closed) Derived { get; private set; }

    /// <summary>Whether a host leaves it to the destination to enforce the destination's half: its namespace says so.</summary>
    public bool LeavesToDestination(RawEndpoint host) => host.Namespace is { } place && _world.SettingOf(place, "bookend", "bookend") == "Destination";

    /// <summary>Whether one half allows a flow: always where no host has the address, or one host has both.</summary>
    public bool Half(RawFlow flow, RawSide side) => _world.HostAt(flow.SelfOf(side)) is not { } host || Half(host, flow, side);

    /// <summary>Whether a machine lets its half of a flow pass at the interface that the flow takes there: each endpoint does whose policies hold on it.</summary>
    public bool HalfAtInterface(RawEndpoint machine, RawFlow flow, RawSide side) => _machines.On(machine, flow.InterfaceOf(side)).All(endpoint => Half(endpoint, flow, side));

    /// <summary>
    /// Whether a machine lets pass what only passes through it (Calico, "Apply on forwarded traffic"): policies that are about that count, ingress of the
    /// endpoints where it arrives and egress of those where it leaves, and what they do not decide passes.
    /// </summary>
    public bool Forwards(RawEndpoint machine, RawFlow flow, string arriving, string leaving) =>
        _machines.On(machine, arriving).All(endpoint => Passes(endpoint, flow, RawSide.Ingress)) && _machines.On(machine, leaving).All(endpoint => Passes(endpoint, flow, RawSide.Egress));

    private bool Passes(RawEndpoint endpoint, RawFlow flow, RawSide side) => Decide(endpoint, flow, side, policy => policy is { IsAudited: false, IsAboutForwarding: true }) is not (false, { });

    private bool Half(RawEndpoint host, RawFlow flow, RawSide side)
    {
        if (host.Has(flow.PeerOf(side)) || (host.IsWorkload && _meshPorts.Opens(flow)))
            return true;
        return (side == RawSide.Ingress ? IsTaken(host, flow) : IsSent(flow)) && Decide(host, flow, side, policy => !policy.IsAudited).Allowed;
    }

    /// <summary>The audited policies that would deny what one half allows, if each were enforced.</summary>
    public IEnumerable<RawPolicy> WouldDeny(RawFlow flow, RawSide side)
    {
        if (_world.HostAt(flow.SelfOf(side)) is not { } host || host.Has(flow.PeerOf(side)) || (host.IsWorkload && _meshPorts.Opens(flow)) || !Half(flow, side))
            return [];
        return _tiers.SelectMany(tier => tier.Policies).Where(policy => policy.IsAudited && Decide(host, flow, side, other => !other.IsAudited || ReferenceEquals(other, policy)) is (false, { } tier) && tier == policy.Tier);
    }

    /// <summary>What those policies say in order that count, and the tier that decides; none where no policy does.</summary>
    private (bool Allowed, string? Tier) Decide(RawEndpoint host, RawFlow flow, RawSide side, Func<RawPolicy, bool> counts)
    {
        foreach (var (tier, policies) in _tiers)
        {
            var selecting = policies.Where(policy => counts(policy) && policy.Rules(side) is not null && policy.Selects(host, flow.SelfOf(side))).ToList();
            var deciding = selecting.SelectMany(policy => policy.Rules(side)!).FirstOrDefault(rule => rule.Action != "Log" && rule.Matches(flow));
            if (deciding is { Action: not "Pass" })
                return (deciding.Action == "Allow", tier.Name);
            if (deciding is null && tier.Denies && selecting.Exists(policy => policy.Isolates))
                return (false, tier.Name);
        }

        return (host.AllowsUndecided, null);
    }

    /// <summary>What the mesh says of a connection from a host.</summary>
    private bool IsSent(RawFlow flow)
    {
        var imported = _sidecars.Allows(flow);
        Count(imported);
        return imported ?? true;
    }

    /// <summary>What the mesh says of a connection to a host: where an ALLOW policy selects the host, that alone; else what routes lead there.</summary>
    private bool IsTaken(RawEndpoint host, RawFlow flow)
    {
        var authorized = RawAuthorization.Allows(_world, host, flow);
        var routed = authorized is null ? _routes.Allows(flow) : null;
        Count(routed);
        return authorized ?? routed ?? true;
    }

    private void Count(bool? passes) => Derived = (Derived.Passed + (passes == true ? 1 : 0), Derived.Closed + (passes == false ? 1 : 0));
}
