using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.Testing;

/// <summary>Policies in the shapes of every language, and in shapes that no language has.</summary>
public sealed class RandomPolicies(Random random, RandomMatches matches)
{
    /// <summary>A policy in one of the tiers.</summary>
    public PolicyResource Policy(int i, IReadOnlyList<string> tiers) => random.Next(4) switch
    {
        0 => Kubernetes(i),
        1 => Bookend(i),
        _ => Anything(i, tiers[random.Next(tiers.Count)]),
    };

    /// <summary>Allows for the workloads of a namespace, isolating it in the directions it is about.</summary>
    private PolicyResource Kubernetes(int i)
    {
        var place = RandomWorld.Namespaces[random.Next(RandomWorld.Namespaces.Count)];
        EquatableArray<PeerMatch> subjects = [PeerMatch.Of(new EndpointMatch { Namespace = place, Selector = matches.Selector(1), WorkloadsOnly = true })];
        return new(new("NetworkPolicy", place, $"p{i}"), Position())
        {
            Order = BuiltInTiers.KubernetesOrder,
            Ingress = random.Next(3) > 0 ? new(subjects, Rules("ingress", _ => Verdict.Allow), true) : null,
            Egress = random.Next(3) == 0 ? new(subjects, Rules("egress", _ => Verdict.Allow), true) : null,
        };
    }

    /// <summary>One intent for both ends.</summary>
    private PolicyResource Bookend(int i)
    {
        var place = RandomWorld.Namespaces[random.Next(RandomWorld.Namespaces.Count)];
        EquatableArray<PeerMatch> from = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => matches.Peer())];
        EquatableArray<PeerMatch> to = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => matches.Peer())];
        EquatableArray<TrafficMatch>? traffic = random.Next(2) == 0 ? null : [matches.Traffic()];
        var verdict = random.Next(3) == 0 ? Verdict.Deny : Verdict.Allow;
        return new(new("BookendPolicy", place, $"p{i}"), Position())
        {
            Order = random.Next(3) == 0 ? random.Next(3) * 500 : BuiltInTiers.KubernetesOrder,
            PrecedesEquals = verdict == Verdict.Deny,
            Mode = Mode(),
            Ingress = new(to, [new(verdict, "ingress", Position()) { Peers = from, Traffic = traffic }], verdict == Verdict.Allow && random.Next(4) > 0),
            Egress = new(from, [new(verdict, "egress", Position()) { Peers = to, Traffic = traffic }], random.Next(3) == 0),
        };
    }

    private PolicyResource Anything(int i, string tier)
    {
        EquatableArray<PeerMatch> subjects = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => matches.Peer())];
        var outside = random.Next(2) == 0;
        return new(new(outside ? "GlobalNetworkPolicy" : "NetworkPolicy.projectcalico.org", outside ? "" : "blue", $"p{i}"), Position())
        {
            Tier = tier,
            Order = random.Next(4) == 0 ? null : random.Next(3) * 500,
            Mode = Mode(),
            AppliesOnForward = outside && random.Next(2) == 0,
            Ingress = random.Next(3) > 0 ? new(subjects, Rules("ingress", Any), random.Next(3) > 0) : null,
            Egress = random.Next(3) > 0 ? new(subjects, Rules("egress", Any), random.Next(3) > 0) : null,
        };

        Verdict Any(int number) => (Verdict)(1 + ((number + random.Next(4)) % 4));
    }

    private EquatableArray<PolicyRule> Rules(string side, Func<int, Verdict> verdict) =>
        [.. Enumerable.Range(0, random.Next(4)).Select(i => new PolicyRule(verdict(i), $"{side}[{i}]", Position())
        {
            Peers = random.Next(5) == 0 ? null : [.. Enumerable.Range(0, random.Next(4)).Select(_ => matches.Peer())],
            Traffic = random.Next(3) == 0 ? null : [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => matches.Traffic())],
            Self = random.Next(8) == 0 ? matches.Peer() : null,
        })];

    private PolicyMode Mode() => random.Next(6) == 0 ? PolicyMode.Audit : PolicyMode.Enforce;

    private SourcePosition Position() => new("world.yaml", random.Next(1, 1000), 1);
}
