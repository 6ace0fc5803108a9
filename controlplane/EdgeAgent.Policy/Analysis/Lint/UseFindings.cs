using System.Globalization;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Says what is doubtful about one rule.</summary>
internal sealed class UseFindings(EngineState state, RuleUse use)
{
    private const int FewRules = 3;

    private PolicyRule Rule => use.Step.Rule;

    private PolicyNode Node => use.Step.Node;

    private bool IsInbound => use.Step.Direction == Direction.Inbound;

    /// <summary>The findings.</summary>
    public IEnumerable<LintFinding> All
    {
        get
        {
            if (!use.HasPeers)
                yield return WithoutPeers();
            else if (use.Meant.IsNone)
                yield return Finding(FindingCodes.MatchesNothing, "no packet has the protocol, family, ports and ICMP types that it asks for together", "correct them, or remove the rule");
            else if (use.Reached.IsNone && Rule.GrantsByName)
                yield break; // Only hosts know the addresses: where these lie in other blocks, it may be reached.
            else if (use.Reached.IsNone)
                yield return Shadowed();
            else if (Rule.Verdict == Verdict.Allow)
                foreach (var finding in Grants())
                    yield return finding;
        }
    }

    private LintFinding WithoutPeers() => use.HasOwnHostAsPeer
        ? Finding(FindingCodes.MatchesNothing, LintSeverity.Info, "the only other end that it means is the host itself, which always reaches itself", "add the other hosts, or remove the rule")
        : Finding(
            FindingCodes.MatchesNothing,
            Rule.Peers is { IsEmpty: false } peers ? $"there is nothing that is {string.Join(" or ", peers.Items)}" : "it names no other ends",
            "correct its selectors, namespaces and blocks, or remove the rule");

    private LintFinding Shadowed()
    {
        var names = use.Before.OrderBy(step => step.Node).ThenBy(step => step.Index).Select(Describe).Concat(use.IsClosedBefore ? ["the end of an earlier tier"] : Array.Empty<string>()).ToList();
        var listed = $"{string.Join(", ", names.Take(FewRules))}{(names.Count > FewRules ? string.Create(CultureInfo.InvariantCulture, $" and {names.Count - FewRules} more") : "")}";
        var alike = !use.IsClosedBefore && use.Before.All(step => step.Rule.Verdict == Rule.Verdict);
        var elsewhere = use.Before.All(step => !ReferenceEquals(step.Node, Node));
        return alike
            ? Finding(FindingCodes.RedundantRule, elsewhere ? LintSeverity.Info : PolicyLint.SeverityOf(Node), $"all that it matches is decided alike before it, by {listed}", "remove it")
            : Finding(FindingCodes.ShadowedRule, $"no flow reaches it: all that it matches is decided before it, by {listed}", "put it before them, or remove it");
    }

    private IEnumerable<LintFinding> Grants()
    {
        if (!use.WithWorld.IsNone)
        {
            yield return Finding(
                FindingCodes.OpenToWorld,
                use.WithWorld.IsAll ? PolicyLint.SeverityOf(Node) : LintSeverity.Info,
                $"allows {(use.WithWorld.IsAll ? "all traffic" : use.WithWorld)} {(IsInbound ? "from" : "to")} any address of the world",
                use.WithWorld.IsAll ? "name the other ends, or at least the ports" : "name the other ends, if they are known");
        }

        if (use is { IsMet: false, Refused: { } refused })
        {
            yield return Finding(
                FindingCodes.HalfBookend,
                $"grants the {(IsInbound ? "ingress" : "egress")} of {refused.Own} {(IsInbound ? "from" : "to")} {refused.Peer} ({refused.Traffic}), but the {(IsInbound ? "egress" : "ingress")} of {refused.Peer} is denied by {Denier(refused)}",
                $"grant the {(IsInbound ? "egress" : "ingress")} as well, or both at once with a BookendPolicy");
        }
    }

    private string Denier(RefusedFlow refused)
    {
        var (protocol, first, second) = refused.Traffic.Sample;
        var (own, peer) = (refused.Own.AddressOf(refused.Family, state.World), refused.Peer.AddressOf(refused.Family, state.World));
        var (from, to) = IsInbound ? (peer, own) : (own, peer);
        var probe = new Probe(from.ToString(), to.ToString(), protocol, protocol.HasPorts ? first : null);
        if (protocol.HasPorts)
            probe = probe with { SourcePort = second };
        else if (protocol.HasIcmpType)
            probe = probe with { IcmpType = (byte)first, IcmpCode = (byte)second };
        var decision = PolicyEngine.Decide(state, probe);
        var end = IsInbound ? decision.Egress : decision.Ingress;
        return end.Policy is { } policy ? $"{(policy.Rule.Length == 0 ? "the end of " : "")}{policy.Kind} {policy.Policy}{(policy.Rule.Length == 0 ? "" : $" {policy.Rule}")} ({end.Source})" : "what no policy decides";
    }

    private static string Describe(RunStep step) => $"{step.Node.Resource.Key} {step.Rule.Label} ({step.Rule.Source})";

    private LintFinding Finding(string code, string what, string remedy) => Finding(code, PolicyLint.SeverityOf(Node), what, remedy);

    private LintFinding Finding(string code, LintSeverity severity, string what, string remedy) => new(code, severity, Rule.Source, Node.Resource.Key, Rule.Label, what, remedy);
}
