using System.Data.Common;
using EdgeAgent.Contracts;
using EdgeAgent.ControlPlane.Hosts;
using EdgeAgent.Wire;
using Google.Protobuf;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>Where hosts stand, as the control plane says that each is or was last connected to. Only for control planes that share a database.</summary>
internal sealed class StatusTable(IDatabase database)
{
    private const int MostRows = 2000;

    /// <summary>Writes entries of a control plane's own hosts, and its sign of life. One that left does not overwrite where it went.</summary>
    /// <param name="replica">The control plane.</param>
    /// <param name="authorities">The version of the embedded authorities that it has; 0 for none.</param>
    /// <param name="entries">The entries.</param>
    /// <exception cref="StoreException">None was written.</exception>
    public void Write(string replica, long authorities, IReadOnlyList<HostEntry> entries) => database.Write(connection =>
    {
        connection.Execute("INSERT INTO replicas (replica, beat, authorities) VALUES ($1, 1, $2) ON CONFLICT (replica) DO UPDATE SET beat = replicas.beat + 1, authorities = excluded.authorities", replica, authorities);
        var number = (long?)connection.Scalar("SELECT max(number) FROM statuses") ?? 0;
        foreach (var entry in entries)
            Write(connection, replica, ++number, entry);
        return number;
    });

    /// <summary>Rows that were written after one, in order, at most a few thousand.</summary>
    public IReadOnlyList<(long Number, string Replica, HostEntry Entry)> After(long number) => database.Read(connection => connection.Rows(
        row => (row.GetInt64(0), row.GetString(1), Read(row)),
        $"SELECT number, replica, namespace, name, state, reason, connected, received, report FROM statuses WHERE number > $1 ORDER BY number LIMIT {MostRows}",
        number));

    /// <summary>The signs of life of all control planes.</summary>
    public IReadOnlyList<(string Replica, long Beat)> Beats() => database.Read(connection => connection.Rows(
        row => (row.GetString(0), row.GetInt64(1)), "SELECT replica, beat FROM replicas"));

    /// <summary>Ends the connections of a control plane that is gone; the entries of the hosts that it had. Of several that say so one is given them.</summary>
    public IReadOnlyList<HostEntry> Disconnect(string replica, string reason) => database.Write(connection =>
    {
        connection.Execute("DELETE FROM replicas WHERE replica = $1", replica);
        var number = (long?)connection.Scalar("SELECT max(number) FROM statuses") ?? 0;
        var lost = connection.Rows(
            row => Read(row),
            "SELECT number, replica, namespace, name, state, reason, connected, received, report FROM statuses WHERE replica = $1 AND connected = 1",
            replica);
        foreach (var entry in lost)
            Write(connection, replica, ++number, entry with { State = HostState.Disconnected, Reason = reason, IsConnected = false });
        return lost;
    });

    private static void Write(DbConnection connection, string replica, long number, HostEntry entry) => connection.Execute(
        "INSERT INTO statuses (namespace, name, number, replica, state, reason, connected, received, report) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) " +
        "ON CONFLICT (namespace, name) DO UPDATE SET number = excluded.number, replica = excluded.replica, state = excluded.state, reason = excluded.reason, " +
        "connected = excluded.connected, received = excluded.received, report = excluded.report " +
        "WHERE excluded.connected = 1 OR statuses.replica = excluded.replica",
        entry.Host.Namespace, entry.Host.Name, number, replica, (int)entry.State, entry.Reason, entry.IsConnected ? 1 : 0,
        (entry.Received ?? DateTimeOffset.UnixEpoch).ToMicroseconds(), entry.Report is { } report ? HostStatusMapping.ToWire(report).ToByteArray() : []);

    private static HostEntry Read(DbDataReader row)
    {
        var report = row.Bytes(8);
        return new(new(row.GetString(2), row.GetString(3)), (HostState)row.Small(4), row.GetString(5))
        {
            IsConnected = row.GetInt64(6) == 1,
            Received = row.GetInt64(7).ToTime(),
            Report = report.Length == 0 ? null : Report(report),
        };
    }

    // A control plane of another version may have written what this one cannot read.
    private static HostStatus? Report(byte[] report)
    {
        try
        {
            return HostStatusMapping.FromWire(Wire.V1.HostStatus.Parser.ParseFrom(report));
        }
        catch (Exception e) when (e is WireFormatException or InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
