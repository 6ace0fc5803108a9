using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Walks over what a policy names.</summary>
internal static class PolicyMatches
{
    /// <summary>The sides that the policy has.</summary>
    public static IEnumerable<PolicySide> Sides(PolicyResource policy)
    {
        if (policy.Ingress is { } ingress)
            yield return ingress;
        if (policy.Egress is { } egress)
            yield return egress;
    }

    /// <summary>The matches of one side: its subjects, the other ends of its rules, and the own end beside the subjects.</summary>
    public static IEnumerable<PeerMatch> Of(PolicySide side) =>
        side.Subjects.Items
            .Concat(side.Rules.Items.SelectMany(rule => rule.Peers ?? []))
            .Concat(side.Rules.Items.Select(rule => rule.Self).OfType<PeerMatch>());

    /// <summary>All blocks that the policy names.</summary>
    public static IEnumerable<Cidr> Blocks(PolicyResource policy) =>
        Sides(policy).SelectMany(Of).SelectMany(match => match.Nets.Items.Concat(match.NotNets.Items));

    /// <summary>All port names of a traffic match.</summary>
    public static IEnumerable<string> PortNames(TrafficMatch traffic) =>
        new[] { traffic.Ports, traffic.NotPorts, traffic.SourcePorts, traffic.NotSourcePorts }
            .OfType<PortMatch>()
            .SelectMany(ports => ports.Names.Items);
}
