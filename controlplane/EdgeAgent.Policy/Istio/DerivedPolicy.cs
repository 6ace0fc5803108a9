using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// Policies of the mesh's tier, in the order in which they decide. Grants pass to the other tiers; what closes a host denies TCP alone,
/// because Istio says nothing of other protocols.
/// </summary>
internal static class DerivedPolicy
{
    public const double MeshPortsOrder = 0;
    public const double AuthorizationDenyOrder = 10;
    public const double AuthorizationAllowOrder = 20;
    public const double AuthorizationClosingOrder = 30;
    public const double RouteOrder = 40;
    public const double RouteClosingOrder = 50;

    /// <summary>What a closing policy is called after the resource that it is derived from; no resource's own name can hold a colon.</summary>
    public const string ClosingSuffix = ":closed";

    /// <summary>A policy about ingress.</summary>
    public static PolicyResource Ingress(Resource from, double order, EquatableArray<PeerMatch> subjects, EquatableArray<PolicyRule> rules) =>
        Named(from, order) with { Ingress = new(subjects, rules, false) };

    /// <summary>A policy about egress.</summary>
    public static PolicyResource Egress(Resource from, double order, EquatableArray<PeerMatch> subjects, EquatableArray<PolicyRule> rules) =>
        Named(from, order) with { Egress = new(subjects, rules, false) };

    /// <summary>The rule that closes endpoints for what no rule before it passed on.</summary>
    public static PolicyRule Close(string label, SourcePosition source) =>
        new(Verdict.Deny, label, source) { Traffic = [new() { Protocol = new(IpProtocol.Tcp, false) }] };

    /// <summary>The same policy under the name of one that closes.</summary>
    public static PolicyResource Closing(PolicyResource policy) =>
        policy with { Key = policy.Key with { Name = policy.Key.Name + ClosingSuffix } };

    private static PolicyResource Named(Resource from, double order) => new(from.Key, from.Source) { Tier = BuiltInTiers.Mesh, Order = order };
}
