using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EdgeAgent.Contracts;
using EdgeAgent.Policy.Istio;

namespace EdgeAgent.Policy;

/// <summary>
/// What is allowed but probably not meant. It is found when somebody asks: that takes a look at all policies, and most changes are made by
/// hosts and clusters, whom nobody warns.
/// </summary>
internal sealed class Warnings(World world, MachineIndex machines, MeshState? mesh)
{
    private Diagnostic[]? _all;

    public static Warnings None { get; } = new(World.Empty, MachineIndex.None, null);

    /// <summary>All of them.</summary>
    public ImmutableArray<Diagnostic> All => ImmutableCollectionsMarshal.AsImmutableArray(_all ??= Of(world, machines, mesh?.Derived ?? DerivedPolicies.None));

    /// <summary>The warnings after a step; those of before where nothing that they rest on has changed.</summary>
    public static Warnings After(EngineState before, World world, MachineIndex machines, MeshState? mesh) =>
        before.World.Policies == world.Policies && before.World.Classes == world.Classes && ReferenceEquals(before.Machines, machines) && ReferenceEquals(before.Mesh?.Units, mesh?.Units)
            ? before.Warnings
            : new(world, machines, mesh);

    private static Diagnostic[] Of(World world, MachineIndex machines, DerivedPolicies derived)
    {
        var selecting = new HashSet<PolicyNode>();
        foreach (var hosts in world.Classes.Values)
        {
            foreach (var (node, facts) in hosts.Concerns)
            {
                if (facts.Ingress?.Subject.IsNone == false || facts.Egress?.Subject.IsNone == false)
                    selecting.Add(node);
            }
        }

        return
        [
            .. derived.Diagnostics,
            .. RefusedRoutes.Of(world),
            .. machines.Warnings,
            .. world.Policies
                .Where(node => node.Resource.Key.Kind != NamespaceResource.Kind && !selecting.Contains(node))
                .Select(node => node.Resource)
                .Select(policy => new Diagnostic(Severity.Warning, policy.Source, policy.Key, "", "selects no host, so nothing is enforced for it") { Code = FindingCodes.SelectsNothing }),
        ];
    }
}
