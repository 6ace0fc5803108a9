using EdgeAgent.Contracts;

namespace EdgeAgent.Policy.Istio;

/// <summary>
/// Finds derived routes that lead to a host where an AuthorizationPolicy that allows decides alone, and does not allow them: somebody
/// wrote the route, and it stays closed. Each edge of a route is reported once, with the first caller that is refused.
/// </summary>
internal static class RefusedRoutes
{
    /// <summary>The warnings.</summary>
    public static IEnumerable<Diagnostic> Of(World world)
    {
        var (routes, allowing, closing) = (Policies(world, DerivedPolicy.RouteOrder), Policies(world, DerivedPolicy.AuthorizationAllowOrder), Policies(world, DerivedPolicy.AuthorizationClosingOrder));
        if (routes.Count == 0 || closing.Count == 0)
            yield break;
        foreach (var route in routes)
        {
            var rules = route.Resource.Ingress!.Rules;
            for (var rule = 0; rule < rules.Count; rule++)
            {
                if (Refused(world, route, rule, allowing, closing) is var (policy, caller, host))
                    yield return new(Severity.Warning, rules[rule].Source, route.Resource.Key, rules[rule].Label, $"{policy} does not allow it from {caller} to {host}, where it alone decides: the route opens nothing there");
            }
        }
    }

    private static List<PolicyNode> Policies(World world, double order) =>
        [.. world.Policies.Where(node => node is { Tier.Key.Name: BuiltInTiers.Mesh, Resource: { Ingress: not null } policy } && policy.Order == order)];

    private static (string Policy, string Caller, string Host)? Refused(World world, PolicyNode route, int rule, List<PolicyNode> allowing, List<PolicyNode> closing)
    {
        var callers = world.Classes.Values.Where(caller => IsMeant(caller, route, rule))
            .DistinctBy(caller => string.Join(' ', allowing.SelectMany(policy => policy.Resource.Ingress!.Rules.Select((_, i) => IsMeant(caller, policy, i) ? '1' : '0'))))
            .ToList();
        foreach (var host in world.Classes.Values.Where(host => Ingress(host, route) is { } facts && !facts.Rules[rule].Self.IsNone))
        {
            var decides = closing.FindIndex(policy => Ingress(host, policy) is { Subject.IsNone: false });
            if (decides < 0)
                continue;
            var open = Numbers(route.Resource.Ingress!.Rules[rule], host).ToList();
            var refused = callers.Find(caller => !ReferenceEquals(caller, host) && open.Exists(port => !allowing.Exists(policy => Allows(policy, caller, host, port))));
            if (refused is not null)
                return (Written(closing[decides].Resource.Key), Name(world, refused), Name(world, host));
        }

        return null;
    }

    private static string Written(ResourceKey closing) => $"{closing with { Name = closing.Name[..^DerivedPolicy.ClosingSuffix.Length] }}";

    private static string Name(World world, HostClass hosts) => world.Members[hosts.Key].Hosts[0].QualifiedName;

    private static SideFacts? Ingress(HostClass hosts, PolicyNode policy) => hosts.Concerns.FirstOrDefault(concern => ReferenceEquals(concern.Node, policy)).Facts?.Ingress;

    /// <summary>Whether a policy's rule means hosts as the caller.</summary>
    private static bool IsMeant(HostClass caller, PolicyNode policy, int rule) =>
        !SideFacts.PeerOf(Ingress(caller, policy), policy.Resource.Ingress!.Rules[rule], rule, caller.Slots.Length).IsNone;

    private static bool Allows(PolicyNode policy, HostClass caller, HostClass host, ushort port)
    {
        if (Ingress(host, policy) is not { Subject.IsNone: false } atHost)
            return false;
        var rules = policy.Resource.Ingress!.Rules;
        for (var i = 0; i < rules.Count; i++)
        {
            if (atHost.Rules[i].Self.IsNone || !IsMeant(caller, policy, i))
                continue;
            if (rules[i].Traffic is not { } traffic || traffic.Any(match => Holds(match, port)))
                return true;
        }

        return false;
    }

    private static bool Holds(TrafficMatch match, ushort port) =>
        (match.Ports is not { } ports || ports.Ranges.Any(range => range.Contains(port)))
        && (match.NotPorts is not { } except || !except.Ranges.Any(range => range.Contains(port)));

    /// <summary>The numbers that a route opens on a host: its workload ports.</summary>
    private static IEnumerable<ushort> Numbers(PolicyRule rule, HostClass host) =>
        from traffic in rule.Traffic ?? []
        where traffic.Ports is not null
        from number in traffic.Ports!.Ranges.Select(range => range.First)
            .Concat(host.Slots.SelectMany(slot => slot.Ports.Items).Where(port => port.Protocol == IpProtocol.Tcp && traffic.Ports.Names.Contains(port.Name)).Select(port => port.Port))
        select number;
}
