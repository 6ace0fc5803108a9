using System.Data.Common;
using EdgeAgent.Contracts;
using EdgeAgent.Policy;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>The append-only log of revisions, and the documents that are current after the last one.</summary>
internal sealed class RevisionLog(IDatabase database, ChainHeads heads)
{
    /// <summary>The log's name.</summary>
    public const string Name = "revisions";

    private const string ChangeColumns = "c.change, c.origin, c.kind, c.namespace, c.name, c.file, c.line, c.document, c.revision, c.digest";

    /// <summary>Where it is kept.</summary>
    public IDatabase Database => database;

    /// <summary>The newest revision.</summary>
    public Revision Newest => database.Read(NewestOf);

    /// <summary>All current documents, of both origins.</summary>
    public (Revision Newest, IReadOnlyList<Document> Documents) Current() => database.Read(Current);

    /// <summary>The same, as a transaction sees it.</summary>
    public static (Revision Newest, IReadOnlyList<Document> Documents) Current(DbConnection connection) => (NewestOf(connection), connection.Rows(
        row => new Document(Key(row, 1), (DocumentOrigin)row.Small(0), row.GetString(4), row.Small(5), row.GetString(6)) { Revision = new(row.GetInt64(7)) },
        "SELECT origin, kind, namespace, name, file, line, document, revision FROM documents ORDER BY origin, kind, namespace, name"));

    /// <summary>The declared documents as they were after a revision.</summary>
    /// <exception cref="StoreException">They are not kept any more.</exception>
    public IReadOnlyList<Document> DeclaredAt(Revision revision) => database.Read(connection => DeclaredAt(connection, revision));

    /// <summary>The same, as a transaction sees it.</summary>
    public static IReadOnlyList<Document> DeclaredAt(DbConnection connection, Revision revision)
    {
        // There was nothing before the first.
        if (revision > Revision.Zero && HistoryHorizon.Find(connection) is { } horizon && revision < horizon.Revision)
            throw new StoreException(StoreFailure.Pruned, $"not all documents of revision {revision} are kept any more ('history' in the control plane's configuration says how long); expected revision {horizon.Revision} or a newer one");
        return connection.Rows(
            row => ReadChange(row).Document!,
            $"""
            SELECT {ChangeColumns} FROM changes c
            JOIN (SELECT kind, namespace, name, max(revision) AS newest FROM changes WHERE origin = $1 AND revision <= $2 GROUP BY kind, namespace, name) AS last
              ON c.kind = last.kind AND c.namespace = last.namespace AND c.name = last.name AND c.revision = last.newest
            WHERE c.origin = $1 AND c.document IS NOT NULL
            """,
            (int)DocumentOrigin.Declared,
            revision.Number);
    }

    /// <summary>The newest revision after another that changed what is declared of a resource; null if none did.</summary>
    public RevisionRecord? Changed(ResourceKey key, Revision after) => database.Read(connection => Records(
        connection,
        "WHERE number = (SELECT max(revision) FROM changes WHERE origin = $1 AND kind = $2 AND namespace = $3 AND name = $4) AND number > $5",
        (int)DocumentOrigin.Declared, key.Kind, key.Namespace, key.Name, after.Number)) is [var record] ? record : null;

    /// <summary>Adds the next revision, durably.</summary>
    /// <param name="record">The revision.</param>
    /// <param name="also">What is to be written with it, or not at all.</param>
    /// <exception cref="StoreException">It was not added.</exception>
    public void Append(RevisionRecord record, Action<DbConnection>? also = null) => database.Write(connection =>
    {
        var newest = NewestOf(connection);
        if (record.Revision != newest.Next)
            throw new StoreException(StoreFailure.Behind, $"{database.Place}: revision {record.Revision} cannot follow revision {newest}: another control plane wrote first");
        var previous = (byte[]?)connection.Scalar("SELECT hash FROM revisions WHERE number = $1", newest.Number) ?? HashChain.Beginning;
        var hash = RevisionChain.HashOf(previous, record);
        connection.Execute(
            "INSERT INTO revisions (number, at, author, note, hash) VALUES ($1, $2, $3, $4, $5)",
            record.Revision.Number,
            record.At.ToMicroseconds(),
            record.Author,
            record.Note,
            hash);
        for (var i = 0; i < record.Changes.Count; i++)
            Append(connection, record.Revision, i, record.Changes[i]);
        heads.Move(connection, Name, record.Revision.Number, hash);
        also?.Invoke(connection);
        return record.Revision;
    });

    /// <summary>At most <paramref name="limit"/> revisions before one, newest first.</summary>
    public IReadOnlyList<RevisionRecord> Before(Revision before, int limit) => database.Read(connection => Records(
        connection, "WHERE number < $1 ORDER BY number DESC LIMIT $2", before.Number, limit));

    /// <summary>At most <paramref name="limit"/> revisions from one on, oldest first.</summary>
    public IReadOnlyList<RevisionRecord> From(Revision first, int limit) => database.Read(connection => Records(
        connection, "WHERE number >= $1 ORDER BY number LIMIT $2", first.Number, limit));

    /// <summary>The change of the same resource before one, whose document that one took the place of; null where there was none.</summary>
    public DocumentChange? Before(Revision revision, DocumentChange change) => database.Read(connection => connection.Rows(
        ReadChange,
        $"SELECT {ChangeColumns} FROM changes c WHERE c.origin = $1 AND c.kind = $2 AND c.namespace = $3 AND c.name = $4 AND c.revision < $5 ORDER BY c.revision DESC LIMIT 1",
        (int)change.Origin, change.Key.Kind, change.Key.Namespace, change.Key.Name, revision.Number)) is [var before] ? before : null;

    /// <summary>The first revision that is missing, altered or out of its place; null if all are sound.</summary>
    public ChainFinding? FirstBroken() => database.Read(connection =>
    {
        var (walk, seals, horizon) = (new ChainWalk(Name), new ChainWalk(Name), HistoryHorizon.Find(connection));
        var last = 0L;
        while (Records(connection, "WHERE number > $1 ORDER BY number LIMIT 256", last) is { Count: > 0 } page)
        {
            foreach (var record in page)
            {
                last = record.Revision.Number;
                var (hash, seal) = ProofsOf(connection, last);
                var isSealed = record.Revision <= horizon?.Revision;
                var finding = isSealed ? seals.Step(last, RevisionChain.SealOf(seals.Hash, record, hash), seal ?? []) : null;
                if ((finding ?? walk.Step(last, isSealed && record.IsPruned ? hash : RevisionChain.HashOf(walk.Hash, record), hash)) is { } broken)
                    return broken;
            }
        }

        return connection.Scalar("SELECT min(revision) FROM changes WHERE revision NOT IN (SELECT number FROM revisions)") is long orphan
            ? new(Name, orphan, "missing, though its changes are there")
            : walk.End(heads, connection) ?? horizon?.Problem(heads.Key, seals.Hash) ?? Missing(connection, horizon);
    });

    /// <summary>The first current document that is not what the log's newest change of it says; null if all are.</summary>
    public ChainFinding? FirstForeignDocument() => database.Read(connection =>
    {
        const string newest = "SELECT c.* FROM changes c JOIN (SELECT origin, kind, namespace, name, max(revision) AS revision FROM changes GROUP BY origin, kind, namespace, name) AS n " +
            "ON c.origin = n.origin AND c.kind = n.kind AND c.namespace = n.namespace AND c.name = n.name AND c.revision = n.revision WHERE c.document IS NOT NULL";
        const string same = "c.origin = d.origin AND c.kind = d.kind AND c.namespace = d.namespace AND c.name = d.name";
        var found = connection.Rows(
            row => (Revision: row.GetInt64(0), Key: Key(row, 1)),
            $"""
            SELECT c.revision, c.kind, c.namespace, c.name FROM ({newest}) AS c LEFT JOIN documents d ON {same}
              WHERE d.name IS NULL OR d.revision <> c.revision OR d.document <> c.document OR d.file <> c.file OR d.line <> c.line
            UNION ALL
            SELECT d.revision, d.kind, d.namespace, d.name FROM documents d LEFT JOIN ({newest}) AS c ON {same} WHERE c.name IS NULL
            ORDER BY 1, 2, 3, 4 LIMIT 1
            """);
        return found is [var first] ? new ChainFinding("documents", first.Revision, $"the current document of {first.Key} is not the one that the log of revisions says") : null;
    });

    /// <summary>The hash of a row, and its seal; null for one that has none.</summary>
    public static (byte[] Hash, byte[]? Seal) ProofsOf(DbConnection connection, long number) =>
        connection.Rows(row => (row.Bytes(0), row.IsDBNull(1) ? null : row.Bytes(1)), "SELECT hash, seal FROM revisions WHERE number = $1", number).Single();

    private static ChainFinding? Missing(DbConnection connection, HistoryHorizon? horizon) =>
        HistoryPruning.FirstMissing(connection, horizon?.Revision ?? Revision.Zero) is { } number ? new(Name, number, "a document of it is missing that is still needed") : null;

    private static Revision NewestOf(DbConnection connection) => new((long?)connection.Scalar("SELECT max(number) FROM revisions") ?? 0);

    private static void Append(DbConnection connection, Revision revision, int ordinal, DocumentChange change)
    {
        var (key, document) = (change.Key, change.Document);
        connection.Execute(
            "INSERT INTO changes (revision, ordinal, change, origin, kind, namespace, name, file, line, document) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            revision.Number, ordinal, (int)change.Kind, (int)change.Origin, key.Kind, key.Namespace, key.Name, document?.File ?? "", document?.FirstLine ?? 0, document?.Text);
        if (document is null)
        {
            connection.Execute(
                "DELETE FROM documents WHERE origin = $1 AND kind = $2 AND namespace = $3 AND name = $4",
                (int)change.Origin, key.Kind, key.Namespace, key.Name);
        }
        else
        {
            connection.Execute(
                "INSERT INTO documents (origin, kind, namespace, name, revision, file, line, document) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) " +
                "ON CONFLICT (origin, kind, namespace, name) DO UPDATE SET revision = excluded.revision, file = excluded.file, line = excluded.line, document = excluded.document",
                (int)change.Origin, key.Kind, key.Namespace, key.Name, revision.Number, document.File, document.FirstLine, document.Text);
        }
    }

    /// <summary>The revisions that a clause chooses.</summary>
    public static List<RevisionRecord> Records(DbConnection connection, string which, params ReadOnlySpan<object?> values)
    {
        var rows = connection.Rows(
            row => (Number: row.GetInt64(0), At: row.GetInt64(1).ToTime(), Author: row.GetString(2), Note: row.GetString(3)),
            $"SELECT number, at, author, note FROM revisions {which}",
            values);
        return [.. rows.Select(row => new RevisionRecord(new(row.Number), row.At, row.Author, row.Note, Changes(connection, row.Number)))];
    }

    private static EquatableArray<DocumentChange> Changes(DbConnection connection, long revision) => connection
        .Rows(ReadChange, $"SELECT {ChangeColumns} FROM changes c WHERE c.revision = $1 ORDER BY c.ordinal", revision)
        .ToEquatableArray();

    private static DocumentChange ReadChange(DbDataReader row)
    {
        var (key, origin) = (Key(row, 2), (DocumentOrigin)row.Small(1));
        var document = row.IsDBNull(7) ? null : new Document(key, origin, row.GetString(5), row.Small(6), row.GetString(7)) { Revision = new(row.GetInt64(8)) };
        return new((DocumentChangeKind)row.Small(0), key, origin, document)
        {
            Pruned = !row.IsDBNull(9) && Digest.TryParse(row.GetString(9), out var digest) ? new(row.GetString(5), row.Small(6), digest) : null,
        };
    }

    private static ResourceKey Key(DbDataReader row, int first) => new(row.GetString(first), row.GetString(first + 1), row.GetString(first + 2));
}
