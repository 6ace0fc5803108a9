using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Rule 7: foreign changes are repaired at once, but not endlessly fast.</summary>
internal static class Drifting
{
    /// <summary>
    /// Where changes come without end, comparing and repairing rest for so many times what they took: with what is done beside them, hearing of
    /// the changes and putting them into words, they stay within a twentieth of a processor.
    /// </summary>
    private const int LeastRest = 40;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Somebody changed what is ours: compare now, or, when such alarms have become too many, a little later.</summary>
    internal static AgentState Suspect(AgentState state, ForeignChange change)
    {
        var due = IsPaced(state, change.At) ? Max(state.AlarmTimes[^1] + Pause(state), change.At) : change.At;
        return state with
        {
            CheckDue = state.CheckDue is { } planned && planned < due ? planned : due,
            Suspect = state.Suspect ?? (change.Culprit, change.At),
        };
    }

    /// <summary>A repair was done.</summary>
    internal static AgentState Record(AgentState state, DriftEvent drift, JobOutcome outcome, out bool stormBegins)
    {
        var recorded = Alarm(state, outcome) with
        {
            Drift = state.Drift.Append(drift).TakeLast(AgentState.DriftMemory).ToEquatableArray(),
            Repairs = state.Repairs + 1,
            RepairTimes = Appended(state.RepairTimes, outcome.At, state.Settings),
        };
        var storm = IsFull(recorded.RepairTimes, outcome.At, state.Settings.RepairWindow, state.Settings);
        stormBegins = storm && !state.Storm;
        return recorded with { Storm = storm };
    }

    /// <summary>Somebody changed what is ours, but all is as it must be: what was changed was changed back, or the kernel could not say what it was.</summary>
    internal static AgentState RecordVain(AgentState state, JobOutcome outcome) => Alarm(state, outcome);

    /// <summary>Repairs, and alarms, have become rare again.</summary>
    internal static AgentState EndStorm(AgentState state, TimeSpan at) => state with
    {
        Storm = state.Storm && IsFull(state.RepairTimes, at, state.Settings.RepairWindow, state.Settings),
        Paced = state.Paced && IsPaced(state, at),
    };

    private static AgentState Alarm(AgentState state, JobOutcome outcome)
    {
        var alarmed = state with { AlarmTimes = Appended(state.AlarmTimes, outcome.At, state.Settings), AlarmTook = outcome.Took };
        alarmed = alarmed with { Paced = IsPaced(alarmed, outcome.At) };

        // A change that came while the job ran was planned as if there were no storm.
        return alarmed.Paced && alarmed.CheckDue is { } due ? alarmed with { CheckDue = Max(due, outcome.At + Pause(alarmed)) } : alarmed;
    }

    private static TimeSpan Pause(AgentState state)
    {
        var rest = Max(state.Settings.RepairPause, LeastRest * state.AlarmTook);
        return rest < LongestPause ? rest : LongestPause;
    }

    // While it rests for long, fewer alarms than a burst fit into the window; they have not become rare for that.
    private static bool IsPaced(AgentState state, TimeSpan at) =>
        IsFull(state.AlarmTimes, at, Max(state.Settings.RepairWindow, state.Paced ? (state.Settings.RepairBurst + 1) * Pause(state) : TimeSpan.Zero), state.Settings);

    private static bool IsFull(EquatableArray<TimeSpan> times, TimeSpan at, TimeSpan window, CoreSettings settings) =>
        times.Count >= settings.RepairBurst && at - times[0] < window;

    private static EquatableArray<TimeSpan> Appended(EquatableArray<TimeSpan> times, TimeSpan at, CoreSettings settings) =>
        times.Append(at).TakeLast(settings.RepairBurst).ToEquatableArray();

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
