using EdgeAgent.Contracts;

namespace EdgeAgent.Policy;

/// <summary>Says in words why policies and rules did not decide a flow.</summary>
public static class DecisionWords
{
    /// <summary>What the policies other than the deciding one had to say, in order; empty for a decision without steps.</summary>
    public static IEnumerable<string> Others(EndDecision decision) => decision.Steps.SelectMany(Words);

    private static IEnumerable<string> Words(PolicyStep step)
    {
        var policy = $"{step.Policy.Kind} {step.Policy.Policy}";
        var place = Place(step.Source);
        switch (step.Outcome)
        {
            case PolicyOutcome.NotSelected:
                yield return $"{policy}: does not select this host{place}";
                break;
            case PolicyOutcome.Audited:
                yield return $"{policy}: is audited, not enforced{place}";
                break;
            case PolicyOutcome.NotReached:
                yield return $"{policy}: not looked at, it was decided before{place}";
                break;
            case PolicyOutcome.NoRuleMatched when step.Rules.IsEmpty:
                yield return $"{policy}: selects this host and has no rules{place}";
                break;
            default:
                foreach (var rule in step.Rules.Where(rule => rule.Mismatch is not null || rule.Verdict == Verdict.Log))
                    yield return $"{policy} {rule.Rule.Rule}: {rule.Mismatch ?? "logs the flow and goes on"}{Place(rule.Source)}";
                if (step.Outcome == PolicyOutcome.Passed)
                    yield return $"{policy}: passes to the next tier";
                break;
        }
    }

    private static string Place(SourcePosition source) => source == SourcePosition.None ? "" : $" ({source})";
}
