using System.Collections.Immutable;
using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>
/// Looks for what is allowed but probably not meant. What it says of rules is exact for the hosts, endpoints and policies of the state: a
/// rule that it calls shadowed, redundant or matching nothing can be removed without a change of any verdict.
/// </summary>
public static class PolicyLint
{
    /// <summary>The findings, by place.</summary>
    public static ImmutableArray<LintFinding> Of(EngineState state)
    {
        var uses = RuleSurvey.Of(state);
        return
        [
            .. Warnings(state).Concat(UnresolvedNames.Of(state)).Concat(uses.Values.SelectMany(use => new UseFindings(state, use).All))
                .Concat(NarrowedToNothing(state, uses))
                .Distinct()
                .OrderBy(finding => finding.Position.File, StringComparer.Ordinal)
                .ThenBy(finding => finding.Position.Line)
                .ThenBy(finding => finding.Position.Column)
                .ThenBy(finding => finding.Field, StringComparer.Ordinal)
                .ThenBy(finding => finding.Code, StringComparer.Ordinal),
        ];
    }

    /// <summary>A finding of another part of the product: a reader's, or the engine's.</summary>
    public static LintFinding Of(Diagnostic diagnostic) => new(
        diagnostic.Code.Length > 0 ? diagnostic.Code : FindingCodes.Doubtful,
        LintSeverity.Warning,
        diagnostic.Position,
        diagnostic.Resource,
        diagnostic.Field,
        diagnostic.Message,
        diagnostic.Code switch
        {
            FindingCodes.SelectsNothing => "correct its selector or namespace, or give a host the labels that it selects",
            FindingCodes.UnresolvedName => "declare what it names, or correct the name",
            _ => "say what is meant",
        });

    private static IEnumerable<LintFinding> Warnings(EngineState state) => state.Warnings.All.Select(Of);

    /// <summary>Rules whose condition on the own end no subject of their policy satisfies.</summary>
    private static IEnumerable<LintFinding> NarrowedToNothing(EngineState state, IReadOnlyDictionary<RunStep, RuleUse> uses)
    {
        var sides = uses.Keys.Select(step => (step.Node, step.Direction)).ToHashSet();
        foreach (var (node, direction) in sides)
        {
            var side = node.Resource.Side(direction)!;
            for (var i = 0; i < side.Rules.Count; i++)
            {
                if (side.Rules[i].Verdict != Verdict.Log && !uses.ContainsKey(new(node, direction, side.Rules[i], i)))
                    yield return new(FindingCodes.MatchesNothing, SeverityOf(node), side.Rules[i].Source, node.Resource.Key, side.Rules[i].Label, $"is about {side.Rules[i].Self}, which none of the policy's hosts is", "correct that, or remove the rule");
            }
        }
    }

    /// <summary>What is derived is not written as rules by anybody: that some of it comes to nothing is no mistake.</summary>
    internal static LintSeverity SeverityOf(PolicyNode node) => node.Tier.Key.Name == BuiltInTiers.Mesh ? LintSeverity.Info : LintSeverity.Warning;
}
