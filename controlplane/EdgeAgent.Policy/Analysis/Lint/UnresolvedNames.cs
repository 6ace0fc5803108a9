using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Finds names of namespaces and ports that nothing has.</summary>
internal static class UnresolvedNames
{
    public static IEnumerable<LintFinding> Of(EngineState state)
    {
        var places = state.Resources.Keys
            .Select(key => key.Kind == NamespaceResource.Kind ? key.Name : state.Resources[key] is EndpointResource ? key.Namespace : "")
            .ToHashSet(StringComparer.Ordinal);
        var ports = state.Resources.Values.OfType<EndpointResource>().SelectMany(endpoint => endpoint.Ports.Items).Select(port => port.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var policy in state.World.Policies.Select(node => node.Resource).Where(policy => policy.Key.Kind != NamespaceResource.Kind))
        {
            foreach (var rule in PolicyMatches.Sides(policy).SelectMany(side => side.Rules.Items))
            {
                foreach (var name in NamespacesOf(rule).Where(name => !places.Contains(name)).Distinct())
                    yield return new(FindingCodes.UnresolvedName, LintSeverity.Warning, rule.Source, policy.Key, rule.Label, $"there is no namespace '{name}', and no endpoint in one of that name", "declare the Namespace, or correct the name");
                foreach (var name in (rule.Traffic ?? []).Items.SelectMany(PolicyMatches.PortNames).Where(name => !ports.Contains(name)).Distinct())
                    yield return new(FindingCodes.UnresolvedPort, LintSeverity.Warning, rule.Source, policy.Key, rule.Label, $"no endpoint declares a port named '{name}'", "declare it at the hosts (spec.ports), or correct the name");
            }
        }
    }

    private static IEnumerable<string> NamespacesOf(PolicyRule rule) =>
        from peer in rule.Peers ?? []
        from match in new[] { peer.Endpoints, peer.NotEndpoints }
        where match?.Namespace is not null
        select match.Namespace;
}
