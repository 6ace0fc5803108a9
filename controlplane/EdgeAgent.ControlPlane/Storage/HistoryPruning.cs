using System.Data.Common;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Configuration;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>How far pruning has come.</summary>
/// <param name="Horizon">The oldest revision that can be gone back to; zero as long as all is kept.</param>
/// <param name="Documents">How many documents were let go of.</param>
/// <param name="IsDone">Whether nothing is left to prune now.</param>
internal readonly record struct PruningStep(Revision Horizon, int Documents, bool IsDone);

/// <summary>
/// Lets go of documents that others replaced long ago. Who changed what, when and why stays, with the digest of each document; what was in
/// force at the horizon, and all since, stays whole. A log that is not sound is not touched.
/// </summary>
internal sealed class HistoryPruning(IDatabase database, AuditKey key, ActionLog actions)
{
    // Writers wait while a step is made.
    private const int RevisionsInStep = 200;
    private const int Page = 32;

    /// <summary>The oldest revision that can be gone back to; zero as long as all is kept.</summary>
    public Revision Horizon => database.Read(connection => HistoryHorizon.Find(connection)?.Revision ?? Revision.Zero);

    /// <summary>Prunes a part of what is to be pruned.</summary>
    /// <param name="retention">What is to be kept.</param>
    /// <param name="now">The present.</param>
    /// <exception cref="StoreException">The log is not sound, or nothing can be written; nothing was changed.</exception>
    public PruningStep Step(HistoryRetention retention, DateTimeOffset now) => database.Write(connection =>
    {
        var present = HistoryHorizon.Find(connection)?.Revision ?? Revision.Zero;
        var target = Target(connection, present, retention, now);
        if (target <= present)
            return new PruningStep(present, 0, true);
        var next = new Revision(Math.Min(target.Number, present.Number + RevisionsInStep));
        var seal = Seal(connection, present, next);
        var documents = Prune(connection, present, next);
        HistoryHorizon.Move(connection, key, next, seal);
        if (next == target)
            actions.Append(connection, new(now, "edgecontrol", "history pruned", $"revision {next}", "documents that others had replaced by this revision are not kept any more; their digests are"));
        return new(next, documents, next == target);
    });

    /// <summary>The first revision of which a document was pruned that is still needed; null for none.</summary>
    public static long? FirstMissing(DbConnection connection, Revision horizon) => (long?)connection.Scalar(
        """
        SELECT min(c.revision) FROM changes c WHERE c.digest IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM changes l WHERE l.origin = c.origin AND l.kind = c.kind AND l.namespace = c.namespace AND l.name = c.name AND l.revision > c.revision AND l.revision <= $1)
        """,
        horizon.Number);

    // Days are counted from the newest revision, so that a fleet at rest loses nothing, nor one whose clock is set wrong.
    private static Revision Target(DbConnection connection, Revision present, HistoryRetention retention, DateTimeOffset now)
    {
        if (connection.Rows(row => (Number: row.GetInt64(0), At: row.GetInt64(1)), "SELECT number, at FROM revisions ORDER BY number DESC LIMIT 1") is not [var newest])
            return Revision.Zero;
        var oldest = Math.Min(now.ToMicroseconds(), newest.At) - (retention.Age.Ticks / TimeSpan.TicksPerMicrosecond);
        var young = (long?)connection.Scalar("SELECT number FROM revisions WHERE number > $1 AND at > $2 ORDER BY number LIMIT 1", present.Number, oldest) ?? newest.Number;
        var rollout = (long?)connection.Scalar("SELECT min(revision) FROM rollouts WHERE ended IS NULL") ?? long.MaxValue;
        return new(Math.Max(0, Math.Min(Math.Min(young, rollout) - 1, newest.Number - retention.Revisions)));
    }

    // Each row is proven a last time while it is whole.
    private byte[] Seal(DbConnection connection, Revision present, Revision last)
    {
        var (hash, seal) = present == Revision.Zero ? (HashChain.Beginning, HashChain.Beginning) : RevisionLog.ProofsOf(connection, present.Number);
        var number = present.Number;
        while (number < last.Number)
        {
            foreach (var record in RevisionLog.Records(connection, "WHERE number > $1 AND number <= $2 ORDER BY number LIMIT $3", number, last.Number, Page))
            {
                var (stored, _) = RevisionLog.ProofsOf(connection, record.Revision.Number);
                if (record.Revision.Number != ++number || !RevisionChain.HashOf(hash, record).AsSpan().SequenceEqual(stored))
                    throw new StoreException(StoreFailure.Corrupt, $"{database.Place}: the log of revisions is not sound at row {number}, so that nothing of it is pruned ('edgectl audit verify' says more)");
                (hash, seal) = (stored, RevisionChain.SealOf(seal!, record, stored));
                connection.Execute("UPDATE revisions SET seal = $2 WHERE number = $1", number, seal);
            }
        }

        return seal!;
    }

    // What is replaced up to the present horizon went before.
    private static int Prune(DbConnection connection, Revision present, Revision next)
    {
        var replaced = connection.Rows(
            row => (Revision: row.GetInt64(0), Ordinal: row.GetInt64(1)),
            """
            SELECT b.revision, b.ordinal FROM changes c
            JOIN changes b ON b.origin = c.origin AND b.kind = c.kind AND b.namespace = c.namespace AND b.name = c.name AND b.revision = (
              SELECT max(revision) FROM changes x WHERE x.origin = c.origin AND x.kind = c.kind AND x.namespace = c.namespace AND x.name = c.name AND x.revision < c.revision)
            WHERE c.revision > $1 AND c.revision <= $2 AND b.document IS NOT NULL
            """,
            present.Number,
            next.Number);
        foreach (var (revision, ordinal) in replaced)
        {
            var text = (string)connection.Scalar("SELECT document FROM changes WHERE revision = $1 AND ordinal = $2", revision, ordinal)!;
            connection.Execute("UPDATE changes SET document = NULL, digest = $3 WHERE revision = $1 AND ordinal = $2", revision, ordinal, Digest.Of(text).Hex);
        }

        return replaced.Count;
    }
}
