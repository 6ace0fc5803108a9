using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>Makes a failing case small: leaves out changes and resources one after the other, as long as something still fails.</summary>
public static class CaseReduction
{
    /// <summary>The smallest case found, and what fails there.</summary>
    /// <param name="world">A case that fails.</param>
    /// <param name="failure">What fails there.</param>
    /// <param name="packets">How many packets were looked at between two addresses.</param>
    public static (WorldCase World, string Failure) Reduce(WorldCase world, string failure, int? packets)
    {
        while (Smaller(world, packets) is { } smaller)
            (world, failure) = smaller;
        return (world, failure);
    }

    private static (WorldCase World, string Failure)? Smaller(WorldCase world, int? packets)
    {
        var candidates = world.Changes.Select((_, i) => world with { Changes = world.Changes.RemoveAt(i) })
            .Concat(world.Resources.Select((_, i) => world with { Resources = world.Resources.RemoveAt(i) }))
            .Concat(world.Resources.SelectMany((resource, i) => Simpler(resource).Select(simple => world with { Resources = world.Resources.SetItem(i, simple) })));
        foreach (var candidate in candidates)
        {
            var accepted = PolicyEngine.Apply(EngineState.Empty, Change.Of([.. candidate.Resources])).Accepted;
            if (accepted && WorldProperties.Failure(candidate, packets) is { } failure)
                return (candidate, failure);
        }

        return null;
    }

    private static IEnumerable<Resource> Simpler(Resource resource) => resource switch
    {
        PolicyResource { Ingress: not null, Egress: not null } policy => [policy with { Egress = null }, policy with { Ingress = null }],
        PolicyResource { Ingress.Rules.IsEmpty: false } policy => policy.Ingress.Rules.Select(rule => policy with { Ingress = policy.Ingress with { Rules = [.. policy.Ingress.Rules.Where(other => other != rule)] } }),
        PolicyResource { Egress.Rules.IsEmpty: false } policy => policy.Egress.Rules.Select(rule => policy with { Egress = policy.Egress with { Rules = [.. policy.Egress.Rules.Where(other => other != rule)] } }),
        EndpointResource { Ports.IsEmpty: false } endpoint => [endpoint with { Ports = [] }],
        _ => [],
    };
}
