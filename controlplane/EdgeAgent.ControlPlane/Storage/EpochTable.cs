using System.Globalization;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>
/// Which restoration of the control plane this is. Hosts take no revision that is older than one they had, and after a restoration from a
/// backup the numbers of revisions begin again where the backup ends: those of a higher epoch are newer all the same. An epoch is the
/// second in which it began, so that two restorations from one backup never share one.
/// </summary>
internal sealed class EpochTable(IDatabase database, ActionLog actions)
{
    private const string Only = "SELECT number FROM epoch WHERE id = 1";

    /// <summary>The present epoch; a store without one begins its first.</summary>
    public long Current(DateTimeOffset now) => database.Read(connection => (long?)connection.Scalar(Only)) ?? database.Write(connection =>
    {
        connection.Execute("INSERT INTO epoch (id, number) VALUES (1, $1) ON CONFLICT DO NOTHING", now.ToUnixTimeSeconds());
        return (long)connection.Scalar(Only)!;
    });

    /// <summary>Begins another epoch, and gives it.</summary>
    public long Raise(DateTimeOffset now)
    {
        var next = Math.Max(Current(now) + 1, now.ToUnixTimeSeconds());
        return database.Write(connection =>
        {
            connection.Execute("UPDATE epoch SET number = $1 WHERE id = 1", next);
            actions.Append(connection, new(now, "edgecontrol epoch --raise", "epoch raised", next.ToString(CultureInfo.InvariantCulture), ""));
            return next;
        });
    }
}
