using System.Data.Common;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Rollouts;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>Who drives a rollout, and that driver's last sign of life.</summary>
internal readonly record struct RolloutLease(string Driver, long Beat);

/// <summary>The rollouts. Each step is written together with the revision that says so; of several control planes one drives.</summary>
internal sealed class RolloutTable(IDatabase database)
{
    private const string Columns = "revision, at, author, note, waves, soak, gate, state, released, settled, ended, reason, patience";

    /// <summary>A rollout; null if there is none.</summary>
    public RolloutRow? Find(Revision id) => database.Read(connection => connection.Rows(Read, $"SELECT {Columns} FROM rollouts WHERE revision = $1", id.Number)) is [var row] ? row : null;

    /// <summary>The newest rollout; null if there is none.</summary>
    public RolloutRow? Newest() => database.Read(Newest);

    /// <summary>The newest rollout, as a transaction sees it.</summary>
    public static RolloutRow? Newest(DbConnection connection) =>
        connection.Rows(Read, $"SELECT {Columns} FROM rollouts ORDER BY revision DESC LIMIT 1") is [var row] ? row : null;

    /// <summary>Adds a rollout.</summary>
    public static void Insert(DbConnection connection, RolloutRow row) => connection.Execute(
        $"INSERT INTO rollouts ({Columns}, driver, beat) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', 0)",
        row.Id.Number, row.At.ToMicroseconds(), row.Author, row.Note, Wave.ToText(row.Waves), row.Soak.Ticks / TimeSpan.TicksPerMicrosecond, row.Gate.Text,
        (int)row.State, row.Released, row.Settled?.ToMicroseconds(), row.Ended?.Number, row.Reason, row.Patience.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Writes a step of a rollout.</summary>
    /// <param name="connection">The transaction.</param>
    /// <param name="row">The rollout after the step.</param>
    /// <param name="driver">The control plane that must still drive it; null for an operator's order.</param>
    /// <exception cref="StoreException">Another control plane drives it by now.</exception>
    public static void Step(DbConnection connection, RolloutRow row, string? driver)
    {
        var written = connection.Execute(
            "UPDATE rollouts SET state = $2, released = $3, settled = $4, ended = $5, reason = $6 WHERE revision = $1 AND (driver = $7 OR $7 = '')",
            row.Id.Number, (int)row.State, row.Released, row.Settled?.ToMicroseconds(), row.Ended?.Number, row.Reason, driver ?? "");
        if (written != 1)
            throw new StoreException(StoreFailure.Failed, $"rollout {row.Id} is driven by another control plane");
    }

    /// <summary>Who drives a rollout.</summary>
    public RolloutLease LeaseOf(Revision id) => database.Read(connection => connection.Rows(
        row => new RolloutLease(row.GetString(0), row.GetInt64(1)), "SELECT driver, beat FROM rollouts WHERE revision = $1", id.Number)).SingleOrDefault(new RolloutLease("", 0));

    /// <summary>Takes a rollout over from a driver that showed no sign of life after the one seen, or shows one's own; false if somebody else was first.</summary>
    public bool Take(Revision id, RolloutLease seen, string driver) => database.Write(connection => connection.Execute(
        "UPDATE rollouts SET driver = $2, beat = beat + 1 WHERE revision = $1 AND driver = $3 AND beat = $4", id.Number, driver, seen.Driver, seen.Beat)) == 1;

    /// <summary>Notes since when the hosts of the newest wave hold the change.</summary>
    public void Settle(Revision id, int released, DateTimeOffset at) => database.Write(connection => connection.Execute(
        "UPDATE rollouts SET settled = $3 WHERE revision = $1 AND released = $2 AND ended IS NULL", id.Number, released, at.ToMicroseconds()));

    private static RolloutRow Read(DbDataReader row) => new(
        new(row.GetInt64(0)),
        row.GetInt64(1).ToTime(),
        row.GetString(2),
        row.GetString(3),
        Wave.FromText(row.GetString(4)),
        TimeSpan.FromMicroseconds(row.GetInt64(5)),
        Gate.Parse(row.GetString(6)))
    {
        State = (RolloutState)row.Small(7),
        Released = row.Small(8),
        Settled = row.IsDBNull(9) ? null : row.GetInt64(9).ToTime(),
        Ended = row.IsDBNull(10) ? null : new Revision(row.GetInt64(10)),
        Reason = row.GetString(11),
        Patience = TimeSpan.FromMicroseconds(row.GetInt64(12)),
    };
}
