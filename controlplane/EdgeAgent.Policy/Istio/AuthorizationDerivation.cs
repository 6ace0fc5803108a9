using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>AuthorizationPolicy at L4: denials first, then what an ALLOW policy names; hosts that one selects are closed for the rest.</summary>
internal sealed class AuthorizationDerivation(MeshView view)
{
    /// <summary>The policies of one AuthorizationPolicy.</summary>
    public IEnumerable<PolicyResource> Of(AuthorizationPolicyResource policy)
    {
        if (policy.Action == AuthorizationAction.None)
            yield break;
        var selector = LabelSelectors.Of(policy.Selector ?? LabelSet.Empty);
        var subjects = view.Selected(policy.Key.Namespace == view.Istio.RootNamespace
            ? MeshNamespaces.Any(selector)
            : new EndpointMatch { Namespace = policy.Key.Namespace, Selector = selector });
        var rules = policy.Rules.SelectMany(rule => Rules(policy.Action, rule)).ToEquatableArray();
        if (policy.Action == AuthorizationAction.Deny)
        {
            if (!rules.IsEmpty)
                yield return DerivedPolicy.Ingress(policy, DerivedPolicy.AuthorizationDenyOrder, subjects, rules);
            yield break;
        }

        if (!rules.IsEmpty)
            yield return DerivedPolicy.Ingress(policy, DerivedPolicy.AuthorizationAllowOrder, subjects, rules);
        yield return DerivedPolicy.Closing(DerivedPolicy.Ingress(policy, DerivedPolicy.AuthorizationClosingOrder, subjects, [DerivedPolicy.Close("", policy.Source)]));
    }

    private IEnumerable<PolicyRule> Rules(AuthorizationAction action, AuthorizationRule rule)
    {
        var peers = SourceConditions.Peers(rule, view);
        var traffic = Traffic(rule);
        if (peers is { IsEmpty: true } || traffic.IsEmpty)
            yield break;
        var verdict = action == AuthorizationAction.Deny ? Verdict.Deny : Verdict.Pass;
        if (Own(rule.WhenSelf) is { } own)
            yield return new(verdict, rule.Label, rule.Source) { Peers = peers, Traffic = traffic, Self = own };
    }

    private static PeerMatch? Own(EquatableArray<PeerMatch> conditions)
    {
        var result = PeerMatch.Any;
        foreach (var condition in conditions)
        {
            var nets = result.Nets.IsEmpty ? condition.Nets : condition.Nets.IsEmpty ? result.Nets : CidrSet.Intersect(result.Nets, condition.Nets);
            if (nets.IsEmpty && !(result.Nets.IsEmpty && condition.Nets.IsEmpty))
                return null;
            result = PeerMatch.Of(nets, result.NotNets.Concat(condition.NotNets).ToEquatableArray());
        }

        return result;
    }

    private static EquatableArray<TrafficMatch> Traffic(AuthorizationRule rule)
    {
        IEnumerable<AuthorizationOperation> alternatives = rule.To.IsEmpty ? [new AuthorizationOperation([], [])] : rule.To;
        var result = new List<TrafficMatch>();
        foreach (var alternative in alternatives)
        {
            IEnumerable<ushort>? ports = null;
            var except = new SortedSet<ushort>();
            foreach (var operation in rule.WhenPort.Prepend(alternative))
            {
                if (!operation.Ports.IsEmpty)
                    ports = ports is null ? operation.Ports : ports.Intersect(operation.Ports);
                except.UnionWith(operation.NotPorts);
            }

            var named = ports?.Except(except).Order().Select(PortRange.Single).ToEquatableArray();
            if (named is { IsEmpty: true })
                continue;
            result.Add(new()
            {
                Protocol = new(IpProtocol.Tcp, false),
                Ports = named is { } ranges ? new(ranges, []) : null,
                NotPorts = named is null && except.Count > 0 ? new(except.Select(PortRange.Single).ToEquatableArray(), []) : null,
            });
        }

        return result.ToEquatableArray();
    }
}
