using System.Collections.Immutable;
using EdgeAgent.Contracts;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Policy;

/// <summary>Finds what is allowed but probably not meant.</summary>
internal static class Warnings
{
    /// <summary>The warnings after a step; those of before where nothing that they rest on has changed.</summary>
    public static ImmutableArray<Diagnostic> After(EngineState before, World world, DerivedPolicies? derived) =>
        before.World.Policies == world.Policies && before.World.Classes == world.Classes && ReferenceEquals(before.Mesh, derived)
            ? before.Warnings
            : Of(world, derived ?? DerivedPolicies.None);

    private static ImmutableArray<Diagnostic> Of(World world, DerivedPolicies derived)
    {
        var selecting = new HashSet<ResourceKey>();
        foreach (var hosts in world.Classes.Values)
        {
            for (var i = 0; i < hosts.Facts.Length; i++)
            {
                if (hosts.Facts[i] is { } facts && (facts.Ingress?.Subject.IsNone == false || facts.Egress?.Subject.IsNone == false))
                    selecting.Add(world.Policies[i].Resource.Key);
            }
        }

        return
        [
            .. derived.Diagnostics,
            .. RefusedRoutes.Of(world),
            .. world.Policies
                .Select(node => node.Resource)
                .Where(policy => policy.Key.Kind != NamespaceResource.Kind && !selecting.Contains(policy.Key))
                .Select(policy => new Diagnostic(Severity.Warning, policy.Source, policy.Key, "", "selects no host, so nothing is enforced for it")),
        ];
    }
}
