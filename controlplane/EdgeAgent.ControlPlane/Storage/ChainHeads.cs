using System.Data.Common;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>Where a log ends, signed.</summary>
/// <param name="Log">The log's name.</param>
/// <param name="Number">The number of its last row.</param>
/// <param name="Hash">That row's hash.</param>
/// <param name="Signature">ECDSA over both.</param>
internal sealed record ChainHead(string Log, long Number, byte[] Hash, byte[] Signature);

/// <summary>The first thing that is wrong with a log.</summary>
/// <param name="Log">The log's name.</param>
/// <param name="Number">The row's number.</param>
/// <param name="What">What is wrong with it.</param>
internal sealed record ChainFinding(string Log, long Number, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Log}, row {Number}: {What}";
}

/// <summary>The signed ends of the logs: each append moves its log's head in the same transaction, so that a cut or rewritten log shows.</summary>
internal sealed class ChainHeads(AuditKey key)
{
    /// <summary>The key that signs them.</summary>
    public AuditKey Key => key;

    /// <summary>All heads, by log.</summary>
    public static IReadOnlyList<ChainHead> All(DbConnection connection) =>
        connection.Rows(row => new ChainHead(row.GetString(0), row.GetInt64(1), row.Bytes(2), row.Bytes(3)), "SELECT log, number, hash, signature FROM heads ORDER BY log");

    /// <summary>Moves the head of a log to its new last row.</summary>
    public void Move(DbConnection connection, string log, long number, byte[] hash) => connection.Execute(
        "INSERT INTO heads (log, number, hash, signature) VALUES ($1, $2, $3, $4) " +
        "ON CONFLICT (log) DO UPDATE SET number = excluded.number, hash = excluded.hash, signature = excluded.signature",
        log, number, hash, key.Sign(log, number, hash));

    /// <summary>Compares a log's sound rows with its head; null if they agree.</summary>
    /// <param name="connection">The store.</param>
    /// <param name="log">The log.</param>
    /// <param name="last">The number of its last row; 0 for none.</param>
    /// <param name="hash">That row's hash.</param>
    public ChainFinding? Check(DbConnection connection, string log, long last, byte[] hash)
    {
        var head = All(connection).FirstOrDefault(head => head.Log == log);
        if (head is null)
            return last == 0 ? null : new(log, last, "the log has no signed head; expected one for its last row");
        if (!key.Signed(log, head.Number, head.Hash, head.Signature))
            return new(log, head.Number, "the signed head of the log was altered, or signed with another key");
        if (head.Number > last)
            return new(log, last + 1, $"missing: the log is cut off here; its signed head says that it ends with row {head.Number}");
        if (head.Number < last)
            return new(log, head.Number + 1, $"added from outside: the signed head says that the log ends with row {head.Number}");
        return head.Hash.AsSpan().SequenceEqual(hash) ? null : new(log, last, "the log was made anew: its last row is not the one whose hash was signed");
    }

    /// <summary>
    /// Signs the ends of logs that were never signed, after an upgrade; refuses to go on with a new key where another had signed.
    /// </summary>
    /// <exception cref="StoreException">The store's heads were signed with a key that is not there any more.</exception>
    public void Adopt(IDatabase database)
    {
        if (!key.IsNew)
            return;
        database.Write(connection =>
        {
            if (All(connection).Count > 0)
                throw new StoreException(StoreFailure.Failed, $"{database.Place}: its audit log is signed with a key that is not there; expected {AuditKey.Name} in the data directory (restore it from where it is kept)");
            foreach (var log in (string[])[RevisionLog.Name, TransitionLog.Name])
            {
                if (connection.Rows(row => (row.GetInt64(0), row.Bytes(1)), $"SELECT number, hash FROM {log} ORDER BY number DESC LIMIT 1") is [var (number, hash)])
                    Move(connection, log, number, hash);
            }

            return true;
        });
    }
}
