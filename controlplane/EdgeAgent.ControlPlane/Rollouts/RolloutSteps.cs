using System.Data.Common;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;
using EdgeAgent.Manifests;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>
/// What each step of a rollout makes of a state. Every step is a revision, so that it is in the history and the chained log, every control
/// plane hears of it, and what a host is served never has an older number than before.
/// </summary>
internal static class RolloutSteps
{
    /// <summary>Begins a rollout of a change, with its first wave.</summary>
    /// <param name="before">The state before the change.</param>
    /// <param name="plan">The change, which is accepted and changes something.</param>
    /// <param name="terms">How it is to reach the fleet.</param>
    /// <param name="at">The time.</param>
    public static RevisionStep Begin(FleetState before, ChangePlan plan, RolloutTerms terms, DateTimeOffset at)
    {
        var id = plan.After.Revision;
        var row = new RolloutRow(id, at, terms.Author, terms.Note, terms.WavesOf(id, TouchedHosts.Of(before, plan.After), plan.After), terms.Soak, terms.Gate) { Patience = terms.Patience };
        var state = row.Waves.Count == 1 ? "all hosts at once" : $"wave 1 of {row.Waves.Count}, {row.Waves[0].What}: {row.Waves[0].Hosts} of {row.Waves[^1].Hosts} hosts";
        return new(plan.After with { Rollout = new(row, before) }, plan.Rows, terms.Author, $"{terms.Note}{(terms.Note.Length > 0 ? " " : "")}(rollout {id}: {state})")
        {
            Also = connection => RolloutTable.Insert(connection, row),
        };
    }

    /// <summary>Releases the next wave.</summary>
    public static RevisionStep ReleaseNext(FleetState state, string driver)
    {
        var row = state.Rollout!.Row;
        var next = row with { Released = row.Released + 1, Settled = null };
        var wave = row.Waves[row.Released];
        return Step(state, next, driver, row.Author, $"rollout {row.Id}: wave {next.Released} of {row.Waves.Count}, {wave.What}: {wave.Hosts} hosts");
    }

    /// <summary>Ends a rollout whose change is everybody's.</summary>
    /// <param name="state">The state.</param>
    /// <param name="leftOut">Who does not hold it yet; empty for nobody.</param>
    /// <param name="driver">The control plane that must still drive it.</param>
    public static RevisionStep Complete(FleetState state, string leftOut, string driver)
    {
        var row = state.Rollout!.Row;
        return Step(state, row with { State = RolloutState.Completed, Ended = state.Revision.Next, Reason = leftOut }, driver, row.Author, $"rollout {row.Id} is completed{(leftOut.Length > 0 ? $": {leftOut}" : "")}");
    }

    /// <summary>Holds a rollout, or lets it go on.</summary>
    /// <param name="state">The state.</param>
    /// <param name="paused">Whether to hold it.</param>
    /// <param name="author">Who says so.</param>
    /// <param name="reason">Why; empty for no reason.</param>
    public static RevisionStep Pause(FleetState state, bool paused, string author, string reason)
    {
        var row = state.Rollout!.Row;
        var next = row with { State = paused ? RolloutState.Paused : RolloutState.Running, Settled = null, Reason = paused ? reason : "" };
        return Step(state, next, null, author, $"rollout {row.Id} is {(paused ? "paused" : "resumed")}{(reason.Length > 0 ? $": {reason}" : "")}");
    }

    /// <summary>Ends a rollout and makes its resources what they were before it.</summary>
    /// <param name="state">The state.</param>
    /// <param name="end">How it ends.</param>
    /// <param name="author">Who ends it.</param>
    /// <param name="reason">Why.</param>
    /// <param name="driver">The control plane that must still drive it; null for an operator's order.</param>
    /// <returns>The step; where resources of before clash with what hosts say of themselves now, the rollout is held and says so.</returns>
    public static RevisionStep TakeBack(FleetState state, RolloutState end, string author, string reason, string? driver)
    {
        var rollout = state.Rollout!;
        var before = rollout.Base.Declared;
        var plan = ChangePlan.Make(state with { Rollout = null }, new(
            DocumentOrigin.Declared,
            [.. before.Values.Where(stored => state.Declared.GetValueOrDefault(stored.Resource.Key)?.Resource.Text != stored.Resource.Text).Select(stored => stored.Resource)],
            [],
            [.. state.Declared.Keys.Where(key => !before.ContainsKey(key))])
        {
            KeepsRegistrations = true,
        });
        if (!plan.Outcome.Accepted)
            return Pause(state, true, author, $"{reason}; its change cannot be taken back: {plan.Outcome.Diagnostics.First(finding => finding.Severity == Severity.Error).Message}");
        if (plan.Rows.IsEmpty)
            return Step(state, rollout.Row with { State = end, Ended = state.Revision.Next, Reason = reason }, driver, author, $"rollout {rollout.Row.Id} {Words(end)}: {reason}");
        var row = rollout.Row with { State = end, Ended = plan.After.Revision, Reason = reason };
        return new(plan.After, plan.Rows, author, $"rollout {row.Id} {Words(end)}, its change is taken back: {reason}") { Also = Write(row, driver) };
    }

    private static RevisionStep Step(FleetState state, RolloutRow row, string? driver, string author, string note)
    {
        var next = state.Revision.Next;
        var after = state with { Revision = next, Encodings = state.Encodings.At(next), Rollout = row.Ended is null ? state.Rollout! with { Row = row } : null };
        return new(after, [], author, note) { Also = Write(row, driver) };
    }

    private static Action<DbConnection> Write(RolloutRow row, string? driver) => connection => RolloutTable.Step(connection, row, driver);

    private static string Words(RolloutState end) => end == RolloutState.Failed ? "failed" : "is aborted";
}
