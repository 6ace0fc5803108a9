using System.Data.Common;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>What was seen at a host.</summary>
internal enum ObservationKind
{
    /// <summary>Somebody else changed the agent's table, and the agent repaired it.</summary>
    Drift = 1,

    /// <summary>What is open whatever policy says, from now on; one line for each.</summary>
    AlwaysOpen = 2,

    /// <summary>The foreign chains that can drop what policy allows, from now on; one line for each.</summary>
    ShadowedBy = 3,
}

/// <summary>Something that was seen at a host.</summary>
internal sealed record Observation(HostName Host, DateTimeOffset At, ObservationKind Kind, string Text);

/// <summary>The append-only log of what was seen at hosts.</summary>
internal sealed class ObservationLog(IDatabase database, ChainHeads heads)
{
    /// <summary>The log's name.</summary>
    public const string Name = "observations";

    private const string Columns = "namespace, name, at, kind, text";

    /// <summary>Adds observations in order, durably; the number of the last row.</summary>
    /// <exception cref="StoreException">None was added.</exception>
    public long Append(IReadOnlyList<Observation> observations) => database.Write(connection =>
    {
        var number = (long?)connection.Scalar("SELECT max(number) FROM observations") ?? 0;
        var hash = (byte[]?)connection.Scalar("SELECT hash FROM observations WHERE number = $1", number) ?? HashChain.Beginning;
        using var insert = connection.Statement($"INSERT INTO observations (number, {Columns}, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)");
        foreach (var observation in observations)
        {
            hash = HashOf(hash, ++number, observation);
            insert.Execute(
                number, observation.Host.Namespace, observation.Host.Name, observation.At.ToMicroseconds(), (int)observation.Kind, observation.Text, hash);
        }

        heads.Move(connection, Name, number, hash);
        return number;
    });

    /// <summary>The newest observation of a kind at every host that has one.</summary>
    public IReadOnlyList<Observation> Newest(ObservationKind kind) => database.Read(connection => connection.Rows(
        Read,
        $"SELECT {Columns} FROM observations WHERE number IN (SELECT max(number) FROM observations WHERE kind = $1 GROUP BY namespace, name)",
        (int)kind));

    /// <summary>At most <paramref name="limit"/> of the newest observations of a kind at a host, newest first.</summary>
    public IReadOnlyList<Observation> Of(HostName host, ObservationKind kind, int limit) => database.Read(connection => connection.Rows(
        Read,
        $"SELECT {Columns} FROM observations WHERE namespace = $1 AND name = $2 AND kind = $3 ORDER BY number DESC LIMIT $4",
        host.Namespace, host.Name, (int)kind, limit));

    /// <summary>At most <paramref name="limit"/> rows after one, in order.</summary>
    public IReadOnlyList<(long Number, Observation Observation)> After(long number, int limit) => database.Read(connection => connection.Rows(
        row => (row.GetInt64(5), Read(row)),
        $"SELECT {Columns}, number FROM observations WHERE number > $1 ORDER BY number LIMIT $2",
        number, limit));

    /// <summary>The first row that is missing, altered or out of its place; null if all are sound.</summary>
    public ChainFinding? FirstBroken() => database.Read(connection =>
    {
        var walk = new ChainWalk(Name);
        using (var command = connection.Statement($"SELECT {Columns}, number, hash FROM observations ORDER BY number"))
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

    private static Observation Read(DbDataReader row) =>
        new(new(row.GetString(0), row.GetString(1)), row.GetInt64(2).ToTime(), (ObservationKind)row.Small(3), row.GetString(4));

    private static byte[] HashOf(byte[] previous, long number, Observation observation)
    {
        using var chain = HashChain.After(previous)
            .Add(number).Add(observation.Host.Namespace).Add(observation.Host.Name).Add(observation.At.ToMicroseconds()).Add((int)observation.Kind).Add(observation.Text);
        return chain.End();
    }
}
