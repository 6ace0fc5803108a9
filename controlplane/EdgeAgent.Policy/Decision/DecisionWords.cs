namespace EdgeAgent.Policy;

/// <summary>Says in words why policies and rules did not decide a flow.</summary>
public static class DecisionWords
{
    /// <summary>What the policies other than the deciding one had to say, in order; empty for a decision without steps.</summary>
    public static IEnumerable<string> Others(EndDecision decision) => decision.Steps.SelectMany(Words);

    private static IEnumerable<string> Words(PolicyStep step)
    {
        var policy = $"{step.Policy.Kind} {step.Policy.Policy}";
        switch (step.Outcome)
        {
            case PolicyOutcome.NotSelected:
                yield return $"{policy}: does not select this host";
                break;
            case PolicyOutcome.Audited:
                yield return $"{policy}: is audited, not enforced";
                break;
            case PolicyOutcome.NotReached:
                yield return $"{policy}: not looked at, it was decided before";
                break;
            default:
                foreach (var rule in step.Rules.Where(rule => rule.Mismatch is not null))
                    yield return $"{policy} {rule.Rule.Rule}: {rule.Mismatch}";
                if (step.Outcome == PolicyOutcome.Passed)
                    yield return $"{policy}: passes to the next tier";
                break;
        }
    }
}
