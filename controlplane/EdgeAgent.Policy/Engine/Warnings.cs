using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Finds what is allowed but probably not meant.</summary>
internal static class Warnings
{
    public static ImmutableArray<Diagnostic> Of(EngineState state)
    {
        var selecting = new HashSet<ResourceKey>();
        foreach (var hosts in state.World.Classes.Values)
        {
            for (var i = 0; i < hosts.Facts.Length; i++)
            {
                if (hosts.Facts[i] is { } facts && (facts.Ingress?.Subject.IsNone == false || facts.Egress?.Subject.IsNone == false))
                    selecting.Add(state.World.Policies[i].Resource.Key);
            }
        }

        return
        [
            .. state.Derived.Diagnostics,
            .. state.World.Policies
                .Select(node => node.Resource)
                .Where(policy => policy.Key.Kind != NamespaceResource.Kind && !selecting.Contains(policy.Key))
                .Select(policy => new Diagnostic(Severity.Warning, policy.Source, policy.Key, "", "selects no host, so nothing is enforced for it")),
        ];
    }
}
