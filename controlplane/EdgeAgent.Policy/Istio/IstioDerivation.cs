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

    /// <summary>Derives the policies of all resources; the order of resources does not matter.</summary>
    public static DerivedPolicies Derive(IReadOnlyCollection<Resource> resources, IstioSettings settings)
    {
        var diagnostics = new List<Diagnostic>();
        var view = new MeshView(resources, settings);
        var routes = new RouteDerivation(view, diagnostics.Add);
        var authorization = new AuthorizationDerivation(view);
        var sidecars = new SidecarDerivation(view, resources.OfType<SidecarResource>(), diagnostics.Add);
        var policies = MeshPorts.Policies(view)
            .Concat(resources.OfType<AuthorizationPolicyResource>().OrderBy(policy => policy.Key).SelectMany(authorization.Of))
            .Concat(resources.OfType<RouteResource>().Where(route => !route.IsDelegate).OrderBy(route => route.Key).SelectMany(routes.Of))
            .Concat(sidecars.Policies())
            .ToEquatableArray();
        var suggestions = sidecars.Suggestions().ToEquatableArray();
        return new(policies, diagnostics.Distinct().ToEquatableArray()) { Suggestions = suggestions };
    }
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
