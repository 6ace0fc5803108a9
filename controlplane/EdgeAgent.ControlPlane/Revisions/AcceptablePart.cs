using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Revisions;

/// <summary>Finds what is accepted of many things that belong to one change, where some clash with others.</summary>
internal static class AcceptablePart
{
    /// <summary>The part that is accepted as one change. Few are refused, so halves are tried as wholes; one that is refused alone is the culprit.</summary>
    /// <param name="candidates">The things, those first that others may rest on.</param>
    /// <param name="attempt">What would become of a change of some of them; touches nothing.</param>
    /// <param name="refuse">Told of each culprit, with the reason.</param>
    public static List<T> Of<T>(IReadOnlyList<T> candidates, Func<IReadOnlyList<T>, ChangeOutcome> attempt, Action<T, string> refuse) => Of([], candidates, attempt, refuse);

    private static List<T> Of<T>(List<T> sofar, IReadOnlyList<T> candidates, Func<IReadOnlyList<T>, ChangeOutcome> attempt, Action<T, string> refuse)
    {
        if (candidates.Count == 0)
            return sofar;
        List<T> all = [.. sofar, .. candidates];
        var outcome = attempt(all);
        if (outcome.Accepted)
            return all;
        if (candidates is [var one])
        {
            refuse(one, outcome.Diagnostics.First(finding => finding.Severity == Severity.Error).Message);
            return sofar;
        }

        var half = candidates.Count / 2;
        var first = Of(sofar, [.. candidates.Take(half)], attempt, refuse);
        return Of(first, [.. candidates.Skip(half)], attempt, refuse);
    }
}
