using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// The sources of an authorization rule as peers. What must hold is told by labels where that is possible; what must not hold is told
/// by the addresses that have it, because an address that no endpoint has satisfies every negative condition.
/// </summary>
internal static class SourceConditions
{
    /// <summary>Alternatives of one source and further conditions; null for any source.</summary>
    public static EquatableArray<PeerMatch>? Peers(AuthorizationRule rule, MeshView view)
    {
        if (rule.From.IsEmpty && rule.WhenSource.IsEmpty)
            return null;
        IEnumerable<AuthorizationSource> alternatives = rule.From.IsEmpty ? [new AuthorizationSource()] : rule.From;
        return alternatives.SelectMany(source => Peers([source, .. rule.WhenSource], view)).ToEquatableArray();
    }

    private static IEnumerable<PeerMatch> Peers(IReadOnlyCollection<AuthorizationSource> conditions, MeshView view)
    {
        var except = conditions.SelectMany(condition => condition.NotBlocks
            .Concat(condition.NotNamespaces.IsEmpty ? [] : view.InNamespaces(condition.NotNamespaces))
            .Concat(condition.NotPrincipals.IsEmpty ? [] : view.OfPrincipals(condition.NotPrincipals))).ToEquatableArray();
        var principals = conditions.Where(condition => !condition.Principals.IsEmpty).Select(condition => condition.Principals).ToList();
        var namespaces = conditions.Where(condition => !condition.Namespaces.IsEmpty).Select(condition => condition.Namespaces).ToList();
        var blocks = Intersection(conditions.Where(condition => !condition.Blocks.IsEmpty).Select(condition => condition.Blocks));
        var byAddress = view.HasForeignIdentities || namespaces.Count > 1 || principals.Count > 1;
        if (byAddress && (namespaces.Count > 0 || principals.Count > 0))
        {
            var addresses = Intersection(principals.Select(view.OfPrincipals).Concat(namespaces.Select(view.InNamespaces)).Concat(blocks is { } given ? [given] : []));
            if (addresses is { IsEmpty: false } some)
                yield return PeerMatch.Of(some, except);
            yield break;
        }

        if (blocks is { IsEmpty: true })
            yield break;
        foreach (var endpoints in Endpoints(principals, namespaces, view))
            yield return new() { Endpoints = endpoints, Nets = blocks ?? [], NotNets = except };
    }

    private static IEnumerable<EndpointMatch?> Endpoints(List<EquatableArray<string>> principals, List<EquatableArray<string>> namespaces, MeshView view)
    {
        if (principals.Count == 0)
            return [namespaces.Count == 0 ? null : MeshNamespaces.Matching(namespaces[0])];
        return view.Accounts(principals[0])
            .Where(account => namespaces.Count == 0 || namespaces[0].Any(pattern => HostPattern.MatchesText(pattern, account.Namespace)))
            .GroupBy(account => account.Namespace, account => account.Account)
            .Select(group => new EndpointMatch { Namespace = group.Key, ServiceAccounts = group.ToEquatableArray() });
    }

    private static EquatableArray<Cidr>? Intersection(IEnumerable<EquatableArray<Cidr>> lists)
    {
        EquatableArray<Cidr>? result = null;
        foreach (var list in lists)
            result = result is { } before ? CidrSet.Intersect(before, list) : list;
        return result;
    }
}
