using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// L3 and L4 policy from Istio's resources. Each derived policy keeps the key of the resource that it comes from, each rule the field and
/// the position, so that a verdict can be traced to what somebody wrote.
/// </summary>
public static class IstioDerivation
{
    /// <summary>Whether a resource has a part in derivation, so that a change of it may change what is derived.</summary>
    public static bool Concerns(Resource resource) =>
        resource is RouteResource or DestinationRuleResource or GatewayResource or ServiceEntryResource or SidecarResource or AuthorizationPolicyResource or WorkloadGroupResource
            or NamespaceResource { Mesh.Mesh: not MeshMembership.None };

    // The key of no resource: such units come from all of their kind.
    private static readonly ResourceKey Whole = new("", "", "");

    /// <summary>Derives what does not come from one resource alone: the mesh's own ports, and Sidecars, of which each workload has one.</summary>
    internal static IEnumerable<KeyValuePair<UnitKey, DerivedUnit>> Shared(MeshFacts facts) =>
    [
        new(new(UnitRank.MeshPorts, Whole), DerivedUnit.Of(facts, static (view, _) => (MeshPorts.Policies(view), []))),
        new(new(UnitRank.Sidecars, Whole), DerivedUnit.Of(facts, static (view, report) =>
        {
            var sidecars = new SidecarDerivation(view, report);
            return (sidecars.Policies(), sidecars.Suggestions());
        })),
    ];

    /// <summary>Derives again what was derived before.</summary>
    /// <param name="facts">What is known of the mesh.</param>
    /// <param name="key">What.</param>
    /// <param name="resource">The resource that it comes from, if it is one.</param>
    internal static DerivedUnit Derive(MeshFacts facts, UnitKey key, Resource? resource) => resource switch
    {
        AuthorizationPolicyResource policy => DerivedUnit.Of(facts, (view, _) => (new AuthorizationDerivation(view).Of(policy), [])),
        RouteResource route => DerivedUnit.Of(facts, (view, report) => (new RouteDerivation(view, report).Of(route), [])),
        PolicyResource policy => DerivedUnit.Of(facts, (view, report) => ([ServiceRules.Resolve(policy, view, report)], [])),
        _ => Shared(facts).First(unit => unit.Key == key).Value,
    };

    /// <summary>The place of what is derived from a resource by itself; null where nothing is.</summary>
    internal static UnitKey? UnitOf(Resource? resource) => resource switch
    {
        AuthorizationPolicyResource => new(UnitRank.Authorization, resource.Key),
        RouteResource { IsDelegate: false } => new(UnitRank.Route, resource.Key),
        PolicyResource { NamesServices: true } => new(UnitRank.Services, resource.Key),
        _ => null,
    };
}

/// <summary>What was derived, and what could not be.</summary>
/// <param name="Policies">Policies of the mesh's tier.</param>
/// <param name="Diagnostics">Warnings: names that nothing describes, routes that open nothing.</param>
public sealed record DerivedPolicies(EquatableArray<PolicyResource> Policies, EquatableArray<Diagnostic> Diagnostics)
{
    /// <summary>What resources say without closing anything for others: shown, never enforced.</summary>
    public EquatableArray<PolicyResource> Suggestions { get; init; }

    /// <summary>Nothing.</summary>
    public static DerivedPolicies None { get; } = new([], []);
}
