using System.Data.Common;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>The embedded authorities as the store keeps them for all control planes that share it.</summary>
/// <param name="Version">The version of the set.</param>
/// <param name="Document">The set.</param>
/// <param name="Seal">Shows that a control plane wrote it: who can write the database alone cannot make one.</param>
internal sealed record KeptAuthorities(long Version, string Document, byte[] Seal);

/// <summary>Hosts that are not as far as a step of the authorities needs them.</summary>
/// <param name="Host">The host.</param>
/// <param name="Version">The version of the authorities that came with its certificate.</param>
internal sealed record AuthorityStanding(HostName Host, long Version);

/// <summary>The one row of the embedded authorities, and how far hosts and control planes are with it.</summary>
internal sealed class AuthorityTable(IDatabase database, ActionLog actions)
{
    /// <summary>The authorities; null for none yet.</summary>
    public KeptAuthorities? Find() => database.Read(Find);

    /// <summary>Keeps authorities where the store has none, or older ones; what it has then.</summary>
    public KeptAuthorities Offer(KeptAuthorities offered) => database.Write(connection =>
    {
        if (Find(connection) is { } present && present.Version >= offered.Version)
            return present;
        Put(connection, offered);
        return offered;
    });

    /// <summary>Makes a step, from the version before, and logs who made it.</summary>
    /// <param name="next">The authorities after it.</param>
    /// <param name="action">What the log says of it, given who is not ready; throws where that matters.</param>
    /// <param name="hostsNeed">The version that hosts need for it.</param>
    /// <param name="controlPlanesNeed">The version that control planes need for it.</param>
    /// <exception cref="StoreException">Another control plane made a step first.</exception>
    public void Step(KeptAuthorities next, long hostsNeed, long controlPlanesNeed, DateTimeOffset now, Func<IReadOnlyList<HostName>, int, AuditedAction> action) => database.Write(connection =>
    {
        if (Find(connection)?.Version != next.Version - 1)
            throw new StoreException(StoreFailure.Behind, $"{database.Place}: the authorities were changed by another control plane at this moment; expected to be asked again");
        var hosts = Standings(connection, now).Where(standing => standing.Version < hostsNeed).Select(standing => standing.Host).ToList();
        var controlPlanes = (long)connection.Scalar("SELECT count(*) FROM replicas WHERE authorities < $1", controlPlanesNeed)!;
        var done = action(hosts, checked((int)controlPlanes));
        Put(connection, next);
        actions.Append(connection, done);
        return true;
    });

    /// <summary>How far each host is whose certificate is good, or would be.</summary>
    public IReadOnlyList<AuthorityStanding> Standings(DateTimeOffset now) => database.Read(connection => Standings(connection, now));

    /// <summary>Forgets the authorities: the next control plane that starts keeps its own. False if there were none.</summary>
    public bool Forget(DateTimeOffset now) => database.Write(connection =>
    {
        if (connection.Execute("DELETE FROM authorities WHERE id = 1") == 0)
            return false;
        actions.Append(connection, new(now, "edgecontrol authorities --forget", "authorities forgotten", "", ""));
        return true;
    });

    // Of a host that has not used its newest certificate yet nothing is known but that it had one before.
    private static List<AuthorityStanding> Standings(DbConnection connection, DateTimeOffset now) => connection.Rows(
        row => new AuthorityStanding(new(row.GetString(0), row.GetString(1)), row.GetString(3).Length > 0 ? row.GetInt64(4) : row.GetInt64(2)),
        "SELECT namespace, name, authorities, previous_serial, previous_authorities FROM enrolments WHERE revoked = 0 AND expires > $1 ORDER BY namespace, name",
        now.ToMicroseconds());

    private static KeptAuthorities? Find(DbConnection connection) => connection.Rows(
        row => new KeptAuthorities(row.GetInt64(0), row.GetString(1), row.Bytes(2)), "SELECT version, document, seal FROM authorities WHERE id = 1").SingleOrDefault();

    private static void Put(DbConnection connection, KeptAuthorities kept) => connection.Execute(
        "INSERT INTO authorities (id, version, document, seal) VALUES (1, $1, $2, $3) ON CONFLICT (id) DO UPDATE SET version = excluded.version, document = excluded.document, seal = excluded.seal",
        kept.Version, kept.Document, kept.Seal);
}
