using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>
/// Changes of resources that are easily taken for one another: names swapped, contents written anew, labels and addresses that go from one
/// host to another, policies deleted and made again at once, endpoints bound to other machines.
/// </summary>
public sealed class RandomChanges(Random random)
{
    private readonly RandomMatches _matches = new(random);

    /// <summary>A change of these resources. It may be refused.</summary>
    /// <param name="resources">The resources as they are.</param>
    /// <param name="other">Resources of another world, from which some are taken.</param>
    public Change Next(IReadOnlyList<Resource> resources, IReadOnlyList<Resource> other)
    {
        var hosts = resources.OfType<EndpointResource>().Where(endpoint => endpoint.IsManaged).ToList();
        var policies = resources.OfType<PolicyResource>().ToList();
        if (resources.Any(RandomMesh.Holds) && random.Next(3) > 0)
            return MeshChanged([.. resources.Where(RandomMesh.Holds)], [.. other.Where(RandomMesh.Holds)]);
        if (hosts.Exists(host => host.Binding is not null) && random.Next(4) == 0)
            return Change.Of(RandomBindings.Bound(Pick(hosts), hosts, random));
        return random.Next(16) switch
        {
            0 or 1 when policies.Count > 0 => Renamed(Pick(policies)),
            2 when policies.Count > 0 => MadeAgain(Pick(policies)),
            3 or 4 when policies.Count > 0 => Change.Of(Rewritten(Pick(policies))),
            5 when policies.Count > 1 => Swapped(Pick(policies), Pick(policies)),
            6 when policies.Count > 0 => Change.Delete(Pick(policies).Key),
            7 when hosts.Count > 1 => LabelsSwapped(Pick(hosts), Pick(hosts)),
            8 when hosts.Count > 1 => AddressMoved(Pick(hosts), Pick(hosts)),
            9 when hosts.Count > 0 => Change.Of(Pick(hosts) with { Labels = _matches.Labels() }),
            10 when hosts.Count > 0 => Change.Of(Pick(hosts) with { Ports = [.. _matches.NamedPorts()] }),
            11 when hosts.Count > 1 => Change.Delete(Pick(hosts).Key),
            12 => NamespaceChanged(resources),
            13 => TierChanged(resources),
            14 => Taken(resources, other),
            _ => Change.Of([.. other.Where(resource => resource is PolicyResource or NamespaceResource && random.Next(2) == 0)]),
        };
    }

    /// <summary>The same content under another name, beside the old or in its place.</summary>
    private Change Renamed(PolicyResource policy)
    {
        var renamed = policy with { Key = policy.Key with { Name = $"p{random.Next(20)}" } };
        return random.Next(3) == 0 || renamed.Key == policy.Key ? Change.Of(renamed) : new([renamed], [policy.Key]);
    }

    /// <summary>Deleted and made again in one change, as it was or otherwise.</summary>
    private Change MadeAgain(PolicyResource policy) => new([random.Next(2) == 0 ? policy with { Source = new("again.yaml", 7, 1) } : Rewritten(policy)], [policy.Key]);

    /// <summary>The same subjects and peers, and so the same facts, with other verdicts, traffic, order or mode.</summary>
    private PolicyResource Rewritten(PolicyResource policy) => random.Next(5) switch
    {
        0 => policy with { Mode = policy.Mode == PolicyMode.Enforce ? PolicyMode.Audit : PolicyMode.Enforce },
        1 => policy with { Order = random.Next(3) * 500 },
        2 => policy with { Ingress = Rewritten(policy.Ingress, rule => rule with { Traffic = [_matches.Traffic()] }), Egress = Rewritten(policy.Egress, rule => rule with { Traffic = [_matches.Traffic()] }) },
        3 => policy with { Ingress = Rewritten(policy.Ingress, Opposite), Egress = Rewritten(policy.Egress, Opposite) },
        _ => policy with { Ingress = policy.Egress, Egress = policy.Ingress },
    };

    private static PolicyRule Opposite(PolicyRule rule) => rule with { Verdict = rule.Verdict == Verdict.Allow ? Verdict.Deny : Verdict.Allow };

    private static PolicySide? Rewritten(PolicySide? side, Func<PolicyRule, PolicyRule> rewrite) => side is null ? null : side with { Rules = [.. side.Rules.Select(rewrite)] };

    private static Change Swapped(PolicyResource left, PolicyResource right) => left.Key == right.Key ? Change.Of(left) : Change.Of(left with { Key = right.Key }, right with { Key = left.Key });

    private static Change LabelsSwapped(EndpointResource left, EndpointResource right) =>
        left.Key == right.Key ? Change.Of(left) : Change.Of(left with { Labels = right.Labels }, right with { Labels = left.Labels });

    private Change AddressMoved(EndpointResource giver, EndpointResource taker)
    {
        if (giver.Key == taker.Key || giver.Addresses.IsEmpty)
            return Change.Of(giver with { Addresses = [] });
        if (random.Next(2) == 0)
            return Change.Of(giver with { Addresses = taker.Addresses }, taker with { Addresses = giver.Addresses });
        var moved = giver.Addresses[0];
        return Change.Of(giver with { Addresses = [.. giver.Addresses.Where(address => address != moved)] }, taker with { Addresses = [.. taker.Addresses, moved] });
    }

    private Change NamespaceChanged(IReadOnlyList<Resource> resources)
    {
        var key = new ResourceKey(NamespaceResource.Kind, "", Pick(RandomWorld.Namespaces));
        var old = resources.OfType<NamespaceResource>().FirstOrDefault(declared => declared.Key == key);
        return random.Next(4) switch
        {
            0 => Change.Delete(key),
            1 => Change.Of((old ?? new(key, SourcePosition.None)) with { Bookend = random.Next(2) == 0 ? BookendPlacement.Destination : BookendPlacement.Both }),
            2 => Change.Of((old ?? new(key, SourcePosition.None)) with { IsolatesIngress = random.Next(2) == 0 }),
            _ => Change.Of((old ?? new(key, SourcePosition.None)) with { Labels = _matches.Labels() }),
        };
    }

    private Change TierChanged(IReadOnlyList<Resource> resources)
    {
        var name = Pick(["early", "late", BuiltInTiers.Default]);
        var old = resources.OfType<TierResource>().FirstOrDefault(tier => tier.Key.Name == name) ?? new(new(TierResource.Kind, "", name), SourcePosition.None) { Order = 1_000_000 };
        return Change.Of(random.Next(2) == 0
            ? old with { Order = Pick<double?>([5, 1_500, 3_000_000, null]) }
            : old with { DefaultAction = old.DefaultAction == BlockEnd.Deny ? BlockEnd.Pass : BlockEnd.Deny });
    }

    /// <summary>Endpoints and policies of the other world come, some of these go.</summary>
    private Change Taken(IReadOnlyList<Resource> resources, IReadOnlyList<Resource> other) => new(
        [.. other.Where(resource => resource is not EndpointResource { IsManaged: true } && random.Next(3) == 0)],
        [.. resources.Where(resource => resource is not TierResource && random.Next(6) == 0).Select(resource => resource.Key)]);

    /// <summary>Parts of a mesh come and go, or are what others of the same name were in the other world.</summary>
    private Change MeshChanged(List<Resource> mesh, List<Resource> other)
    {
        var one = Pick(mesh);
        return random.Next(5) switch
        {
            0 => Change.Delete(one.Key),
            1 when mesh.OfType<EndpointResource>().ToList() is { Count: > 0 } pods => Change.Of(Pick(pods) with { Addresses = Pick(pods).Addresses, Labels = _matches.Labels() }),
            2 when other.Find(resource => resource.GetType() == one.GetType()) is { } content => Change.Of(content with { Key = one.Key }),
            3 => Change.Of([.. other.Where(_ => random.Next(4) == 0)]),
            _ => new([.. other.Where(_ => random.Next(6) == 0)], [.. mesh.Where(_ => random.Next(6) == 0).Select(resource => resource.Key)]),
        };
    }

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
