using System.Data.Common;
using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>The append-only log of status transitions of all hosts.</summary>
internal sealed class TransitionLog(IDatabase database, ChainHeads heads)
{
    /// <summary>The log's name.</summary>
    public const string Name = "transitions";

    private const string Columns = "namespace, name, at, state, reason, target, realized, policy_digest, kernel_digest";

    /// <summary>Adds transitions in order, durably; the number of the last row.</summary>
    /// <exception cref="StoreException">None was added.</exception>
    public long Append(IReadOnlyList<StatusTransition> transitions) => database.Write(connection =>
    {
        var number = (long?)connection.Scalar("SELECT max(number) FROM transitions") ?? 0;
        var hash = (byte[]?)connection.Scalar("SELECT hash FROM transitions WHERE number = $1", number) ?? HashChain.Beginning;
        using var insert = connection.Statement($"INSERT INTO transitions (number, {Columns}, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
        foreach (var transition in transitions)
        {
            hash = HashOf(hash, ++number, transition);
            insert.Execute(
                number, transition.Host.Namespace, transition.Host.Name, transition.At.ToMicroseconds(), (int)transition.State, transition.Reason,
                transition.Target.Number, transition.Realized.Number, transition.PolicyDigest.Hex, transition.KernelDigest.Hex, hash);
        }

        heads.Move(connection, Name, number, hash);
        return number;
    });

    /// <summary>At most <paramref name="limit"/> of the newest transitions of a host, oldest first.</summary>
    public IReadOnlyList<StatusTransition> Of(HostName host, int limit)
    {
        var newestFirst = database.Read(connection => connection.Rows(
            Read,
            $"SELECT {Columns} FROM transitions WHERE namespace = $1 AND name = $2 ORDER BY number DESC LIMIT $3",
            host.Namespace, host.Name, limit));
        newestFirst.Reverse();
        return newestFirst;
    }

    /// <summary>The newest transition of every host that has one.</summary>
    public IReadOnlyList<StatusTransition> Newest() => database.Read(connection => connection.Rows(
        Read,
        $"SELECT {Columns} FROM transitions WHERE number IN (SELECT max(number) FROM transitions GROUP BY namespace, name)"));

    /// <summary>At most <paramref name="limit"/> rows after one, in order.</summary>
    public IReadOnlyList<(long Number, StatusTransition Transition)> After(long number, int limit) => database.Read(connection => connection.Rows(
        row => (row.GetInt64(9), Read(row)),
        $"SELECT {Columns}, number FROM transitions WHERE number > $1 ORDER BY number LIMIT $2",
        number, limit));

    /// <summary>The first row that is missing, altered or out of its place; null if all are sound.</summary>
    public ChainFinding? FirstBroken() => database.Read(connection =>
    {
        var walk = new ChainWalk(Name);
        using (var command = connection.Statement($"SELECT {Columns}, number, hash FROM transitions ORDER BY number"))
        using (var row = command.ExecuteReader())
        {
            while (row.Read())
            {
                if (walk.Step(row.GetInt64(9), HashOf(walk.Hash, row.GetInt64(9), Read(row)), row.Bytes(10)) is { } finding)
                    return finding;
            }
        }

        return walk.End(heads, connection);
    });

    private static StatusTransition Read(DbDataReader row) => new(
        new(row.GetString(0), row.GetString(1)),
        row.GetInt64(2).ToTime(),
        (HostState)row.Small(3),
        row.GetString(4),
        new(row.GetInt64(5)),
        new(row.GetInt64(6)),
        DigestOf(row.GetString(7)),
        DigestOf(row.GetString(8)));

    private static Digest DigestOf(string hex) => Digest.TryParse(hex, out var digest) ? digest : default;

    private static byte[] HashOf(byte[] previous, long number, StatusTransition transition)
    {
        using var chain = HashChain.After(previous)
            .Add(number).Add(transition.Host.Namespace).Add(transition.Host.Name).Add(transition.At.ToMicroseconds()).Add((int)transition.State).Add(transition.Reason)
            .Add(transition.Target.Number).Add(transition.Realized.Number).Add(transition.PolicyDigest.Hex).Add(transition.KernelDigest.Hex);
        return chain.End();
    }
}
