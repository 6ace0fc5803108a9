using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>Grants by name among those of a random world, and where the names lead.</summary>
public static class RandomNames
{
    /// <summary>The names that are granted to.</summary>
    public static IReadOnlyList<string> Known { get; } = ["a.example.com", "b.example.com", "c.example.com"];

    /// <summary>Addresses that no block of random worlds but those of whole families holds.</summary>
    public static IReadOnlyList<IpAddress> Elsewhere { get; } = [IpAddress.Parse("8.8.8.8"), IpAddress.Parse("2600::8")];

    /// <summary>Resources whose policies also grant by name.</summary>
    public static List<Resource> AddTo(IEnumerable<Resource> resources, Random random) =>
        [.. resources.Select(resource => resource is PolicyResource { NamesServices: false } policy ? EachSide(policy, rule => Named(rule, random)) : resource)];

    /// <summary>A change without what no language can say: names in rules that deny, or on ports that are not so called.</summary>
    public static Change Sound(Change change) => change with
    {
        Set = [.. change.Set.Select(resource => resource is PolicyResource policy ? EachSide(policy, rule => MayName(rule) ? rule : Unnamed(rule)) : resource)],
    };

    /// <summary>Whether policies grant by name.</summary>
    public static bool Are(IEnumerable<Resource> resources) => resources.OfType<PolicyResource>().Any(policy =>
        new[] { policy.Ingress, policy.Egress }.Any(side => side is not null && side.Rules.Items.Any(rule => rule.Peers is { } peers && peers.Items.Any(peer => !peer.Names.IsEmpty))));

    /// <summary>Some of these addresses, or others, for each name.</summary>
    public static ResolvedNames Resolved(IReadOnlyList<IpAddress> addresses, Random random) => ResolvedNames.Of(Known.Select(name => KeyValuePair.Create(
        name,
        Enumerable.Range(0, addresses.Count == 0 ? 0 : random.Next(3)).Select(_ => addresses[random.Next(addresses.Count)]).Concat(Elsewhere.Where(_ => random.Next(2) == 0)))));

    private static PolicyResource EachSide(PolicyResource policy, Func<PolicyRule, PolicyRule> change) => policy with { Ingress = EachRule(policy.Ingress, change), Egress = EachRule(policy.Egress, change) };

    private static PolicySide? EachRule(PolicySide? side, Func<PolicyRule, PolicyRule> change) => side is null ? null : side with { Rules = side.Rules.Items.Select(change).ToEquatableArray() };

    private static PolicyRule Named(PolicyRule rule, Random random) => !MayName(rule) || rule.Peers is not { } peers || random.Next(2) == 0 ? rule : rule with
    {
        Peers = (random.Next(3) == 0 ? [] : peers.Items).Append(PeerMatch.OfNames(Known.Where(_ => random.Next(2) == 0).DefaultIfEmpty(Known[0]))).ToEquatableArray(),
    };

    private static PolicyRule Unnamed(PolicyRule rule) => rule.Peers is not { } peers ? rule : rule with { Peers = peers.Items.Where(peer => peer.Names.IsEmpty).ToEquatableArray() };

    private static bool MayName(PolicyRule rule) => rule.Verdict == Verdict.Allow && !(rule.Traffic ?? []).Any(traffic =>
        new[] { traffic.NotPorts, traffic.SourcePorts, traffic.NotSourcePorts }.Any(ports => ports is { Names.IsEmpty: false }));
}
