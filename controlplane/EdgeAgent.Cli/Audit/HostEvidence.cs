using EdgeAgent.Wire.V1;

namespace EdgeAgent.Cli.Audit;

/// <summary>A stretch of time in which a host stood in one way.</summary>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end.</param>
/// <param name="Standing">How the host stood.</param>
internal sealed record Stretch(DateTimeOffset From, DateTimeOffset To, AuditTransition Standing)
{
    /// <summary>Whether the host's kernel was proven to hold its target.</summary>
    public bool IsRealized => Standing.Transition.State == HostState.Realized && Standing.Transition.RealizedRevision == Standing.Transition.TargetRevision;
}

/// <summary>What the logs say of one host within a span of time.</summary>
/// <param name="Host">namespace/name.</param>
/// <param name="Timeline">How it stood, in order and without gaps, from when it was first known.</param>
/// <param name="Drift">What others changed.</param>
/// <param name="AlwaysOpen">What was open whatever policy said, and since when.</param>
/// <param name="ShadowedBy">Foreign chains, and since when.</param>
internal sealed record HostEvidence(
    string Host,
    IReadOnlyList<Stretch> Timeline,
    IReadOnlyList<Observation> Drift,
    IReadOnlyList<Observation> AlwaysOpen,
    IReadOnlyList<Observation> ShadowedBy)
{
    /// <summary>How much of the time that is known of the host was realized, from 0 to 1; null where no time is known.</summary>
    public double? Realized
    {
        get
        {
            var known = Timeline.Sum(stretch => (stretch.To - stretch.From).TotalSeconds);
            return known <= 0 ? null : Timeline.Where(stretch => stretch.IsRealized).Sum(stretch => (stretch.To - stretch.From).TotalSeconds) / known;
        }
    }

    /// <summary>Puts a host's rows together.</summary>
    public static HostEvidence Of(string host, IEnumerable<AuditTransition> transitions, IEnumerable<Observation> observations, DateTimeOffset from, DateTimeOffset to)
    {
        var rows = transitions.OrderBy(row => row.Number).ToList();
        var timeline = new List<Stretch>();
        var begun = from;
        for (var i = 0; i < rows.Count; i++)
        {
            // Rows are in the order of writing: a clock that was set back makes a stretch of no length, never a negative one.
            begun = Later(begun, At(rows[i]));
            var end = i + 1 < rows.Count ? Later(begun, At(rows[i + 1])) : Later(begun, to);
            timeline.Add(new(begun, end, rows[i]));
        }

        var seen = observations.OrderBy(row => row.Number).ToLookup(row => row.Kind);
        return new(host, timeline, [.. seen[ObservationKind.Drift]], [.. seen[ObservationKind.AlwaysOpen]], [.. seen[ObservationKind.ShadowedBy]]);
    }

    private static DateTimeOffset At(AuditTransition row) => row.Transition.At.ToDateTimeOffset();

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
