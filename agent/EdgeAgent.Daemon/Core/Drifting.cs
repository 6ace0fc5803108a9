using EdgeAgent.Contracts;

namespace EdgeAgent.Daemon;

/// <summary>Rule 7: foreign changes are repaired at once, but not endlessly fast.</summary>
internal static class Drifting
{
    /// <summary>Somebody changed some table: compare now, or, when repairs have become too many, a little later.</summary>
    internal static AgentState Suspect(AgentState state, ForeignChange change)
    {
        var due = EarliestRepair(state, change.At);
        return state with
        {
            CheckDue = state.CheckDue is { } planned && planned < due ? planned : due,
            Suspect = state.Suspect ?? (change.Culprit, change.At),
        };
    }

    /// <summary>A repair was done.</summary>
    internal static AgentState Record(AgentState state, DriftEvent drift, TimeSpan at, out bool stormBegins)
    {
        var settings = state.Settings;
        var recorded = state with
        {
            Drift = state.Drift.Append(drift).TakeLast(AgentState.DriftMemory).ToEquatableArray(),
            Repairs = state.Repairs + 1,
            RepairTimes = state.RepairTimes.Append(at).TakeLast(settings.RepairBurst).ToEquatableArray(),
        };
        var storm = IsStorm(recorded, at);
        stormBegins = storm && !state.Storm;
        recorded = recorded with { Storm = storm };

        // A change that came while the repair ran was planned as if there were no storm.
        return recorded.CheckDue is { } due && storm && due < at + settings.RepairPause ? recorded with { CheckDue = at + settings.RepairPause } : recorded;
    }

    /// <summary>Repairs have become rare again.</summary>
    internal static AgentState EndStorm(AgentState state, TimeSpan at) => state.Storm && !IsStorm(state, at) ? state with { Storm = false } : state;

    private static TimeSpan EarliestRepair(AgentState state, TimeSpan at)
    {
        if (!IsStorm(state, at))
            return at;
        var next = state.RepairTimes[^1] + state.Settings.RepairPause;
        return next > at ? next : at;
    }

    private static bool IsStorm(AgentState state, TimeSpan at) =>
        state.RepairTimes.Count >= state.Settings.RepairBurst && at - state.RepairTimes[0] < state.Settings.RepairWindow;
}
