using System.Data.Common;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>What somebody did that is no revision: let hosts and people in or out, prepared a change.</summary>
/// <param name="At">When.</param>
/// <param name="Author">Who.</param>
/// <param name="What">What was done, such as <c>token created</c>.</param>
/// <param name="Subject">To what.</param>
/// <param name="Text">The rest, in words; never a secret.</param>
internal sealed record AuditedAction(DateTimeOffset At, string Author, string What, string Subject, string Text);

/// <summary>The append-only log of actions. Each row is written in the transaction that does what it says, or not at all.</summary>
internal sealed class ActionLog(IDatabase database, ChainHeads heads)
{
    /// <summary>The log's name.</summary>
    public const string Name = "actions";

    private const string Columns = "at, author, what, subject, text";

    /// <summary>Adds an action within the transaction that does it.</summary>
    public void Append(DbConnection connection, AuditedAction action)
    {
        var number = (long?)connection.Scalar("SELECT max(number) FROM actions") ?? 0;
        var hash = (byte[]?)connection.Scalar("SELECT hash FROM actions WHERE number = $1", number) ?? HashChain.Beginning;
        hash = HashOf(hash, ++number, action);
        connection.Execute(
            $"INSERT INTO actions (number, {Columns}, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            number, action.At.ToMicroseconds(), action.Author, action.What, action.Subject, action.Text, hash);
        heads.Move(connection, Name, number, hash);
    }

    /// <summary>At most <paramref name="limit"/> rows after one, in order.</summary>
    public IReadOnlyList<(long Number, AuditedAction Action)> After(long number, int limit) => database.Read(connection => connection.Rows(
        row => (row.GetInt64(5), Read(row)),
        $"SELECT {Columns}, number FROM actions WHERE number > $1 ORDER BY number LIMIT $2",
        number, limit));

    /// <summary>The first row that is missing, altered or out of its place; null if all are sound.</summary>
    public ChainFinding? FirstBroken() => database.Read(connection =>
    {
        var walk = new ChainWalk(Name);
        using (var command = connection.Statement($"SELECT {Columns}, number, hash FROM actions ORDER BY number"))
        using (var row = command.ExecuteReader())
        {
            while (row.Read())
            {
                if (walk.Step(row.GetInt64(5), HashOf(walk.Hash, row.GetInt64(5), Read(row)), row.Bytes(6)) is { } finding)
                    return finding;
            }
        }

        return walk.End(heads, connection);
    });

    private static AuditedAction Read(DbDataReader row) => new(row.GetInt64(0).ToTime(), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4));

    private static byte[] HashOf(byte[] previous, long number, AuditedAction action)
    {
        using var chain = HashChain.After(previous)
            .Add(number).Add(action.At.ToMicroseconds()).Add(action.Author).Add(action.What).Add(action.Subject).Add(action.Text);
        return chain.End();
    }
}
