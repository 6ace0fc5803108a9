using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Revisions;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Rollouts;

/// <summary>Finds again what is under way: after a restart, and after steps that another control plane made.</summary>
internal static class RolloutRestore
{
    /// <summary>The state that a store amounts to, read as one.</summary>
    /// <exception cref="StoreException">It cannot be read, or by another version alone.</exception>
    public static FleetState Restore(IDatabase database)
    {
        var ((newest, documents), row, before) = database.Read(connection =>
        {
            var current = RevisionLog.Current(connection);
            var row = RolloutTable.Newest(connection) is { Ended: null } underWay ? underWay : null;
            return (current, row, row is null ? [] : RevisionLog.DeclaredAt(connection, BaseOf(row)));
        });
        if (row is null)
            return ChangePlan.Restore(newest, documents);
        var held = ChangePlan.Restore(BaseOf(row), [.. before, .. documents.Where(document => document.Origin != DocumentOrigin.Declared)]);
        return ChangePlan.Restore(newest, documents) with { Rollout = new(row, held) };
    }

    /// <summary>The state after a revision that another control plane made, with the rollout that it began or that goes on.</summary>
    /// <exception cref="StoreException">It cannot be read, or by another version alone.</exception>
    public static FleetState Replay(FleetState before, RevisionRecord record, RolloutTable rollouts)
    {
        var after = ChangePlan.Replay(before, record);
        if (after.Rollout is null)
        {
            var begins = record.Changes.Items.Any(change => change.Origin == DocumentOrigin.Declared) ? rollouts.Find(record.Revision) : null;
            return begins is null ? after : after with { Rollout = new(begins, before) };
        }

        // What the table says may be ahead of this revision: then more of it follows.
        var row = rollouts.Find(after.Rollout.Row.Id);
        return row is null || row.Ended <= record.Revision ? after with { Rollout = null } : after with { Rollout = after.Rollout with { Row = row } };
    }

    private static Revision BaseOf(RolloutRow row) => new(row.Id.Number - 1);
}
