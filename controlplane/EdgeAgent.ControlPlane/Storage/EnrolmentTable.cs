using System.Data.Common;
using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>A host that enrolled.</summary>
/// <param name="Host">The host.</param>
/// <param name="Grant">What its token gave it.</param>
/// <param name="Token">The token.</param>
/// <param name="MachineId">The machine that it enrolled on; empty where that has no id.</param>
/// <param name="Key">SHA-256 of the public key that it enrolled with.</param>
/// <param name="Serial">The serial number of its newest certificate.</param>
/// <param name="PreviousSerial">That of the one before, good until the newest is first used; empty for none.</param>
/// <param name="Enrolled">When.</param>
/// <param name="Expires">When the newest certificate ends.</param>
/// <param name="IsRevoked">Whether somebody ended it.</param>
/// <param name="Revocation">Who did, and why.</param>
internal sealed record EnrolledHost(
    HostName Host,
    EnrolmentGrant Grant,
    string Token,
    string MachineId,
    Digest Key,
    string Serial,
    string PreviousSerial,
    DateTimeOffset Enrolled,
    DateTimeOffset Expires,
    bool IsRevoked,
    string Revocation)
{
    /// <summary>The version of the embedded authorities that came with the newest certificate; who uses that keeps them.</summary>
    public long Authorities { get; init; } = 1;

    /// <summary>The version that came with the one before.</summary>
    public long PreviousAuthorities { get; init; } = 1;
}

/// <summary>The hosts that enrolled, each once, and the certificates that are good for them.</summary>
internal sealed class EnrolmentTable(IDatabase database, ActionLog actions)
{
    private const string Columns = "namespace, name, labels, cidrs, token, machine, key, serial, previous_serial, enrolled, expires, revoked, revocation, authorities, previous_authorities";

    /// <summary>A host's enrolment; null if it never enrolled.</summary>
    public EnrolledHost? Find(HostName host) => database.Read(connection => Find(connection, host));

    /// <summary>Decides on an enrolment and keeps it, both in one transaction.</summary>
    /// <param name="secret">The secret of the token, which decides.</param>
    /// <param name="decide">Makes the enrolment of the token and the one that a host has now, or throws.</param>
    public EnrolledHost Enrol(string secret, Func<StoredToken?, Func<HostName, EnrolledHost?>, (EnrolledHost Enrolment, bool UsesToken)> decide) => database.Write(connection =>
    {
        var token = TokenTable.BySecret(connection, secret);
        var (enrolment, usesToken) = decide(token, host => Find(connection, host));
        if (usesToken)
            TokenTable.Use(connection, token!.Id);
        connection.Execute("DELETE FROM enrolments WHERE namespace = $1 AND name = $2", enrolment.Host.Namespace, enrolment.Host.Name);
        connection.Execute(
            $"INSERT INTO enrolments ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            enrolment.Host.Namespace, enrolment.Host.Name, enrolment.Grant.LabelText, enrolment.Grant.CidrText, enrolment.Token, enrolment.MachineId, enrolment.Key.Hex,
            enrolment.Serial, enrolment.PreviousSerial, enrolment.Enrolled.ToMicroseconds(), enrolment.Expires.ToMicroseconds(), enrolment.IsRevoked ? 1 : 0, enrolment.Revocation, enrolment.Authorities, enrolment.PreviousAuthorities);
        actions.Append(connection, new(enrolment.Enrolled, $"token {enrolment.Token}", "host enrolled", enrolment.Host.ToString(), $"machine {enrolment.MachineId}, key {enrolment.Key}, {enrolment.Grant}"));
        return enrolment;
    });

    /// <summary>Makes a certificate, with which authorities of a version come, the newest of a host, beside the one that it asks with; false if that is no longer good.</summary>
    public bool Renew(HostName host, string asking, string serial, DateTimeOffset expires, long authorities) => database.Write(connection => connection.Execute(
        "UPDATE enrolments SET previous_serial = $3, serial = $4, expires = $5, authorities = $6, previous_authorities = CASE WHEN serial = $3 THEN authorities ELSE previous_authorities END WHERE namespace = $1 AND name = $2 AND revoked = 0 AND $3 IN (serial, previous_serial)",
        host.Namespace, host.Name, asking, serial, expires.ToMicroseconds(), authorities)) == 1;

    /// <summary>Ends the certificate before the newest, now that the host has used the newest.</summary>
    public void Settle(HostName host, string serial) => database.Write(connection => connection.Execute(
        "UPDATE enrolments SET previous_serial = '' WHERE namespace = $1 AND name = $2 AND serial = $3", host.Namespace, host.Name, serial));

    /// <summary>Ends an enrolment; false if there is none, or it has ended before.</summary>
    public bool Revoke(HostName host, string revocation, DateTimeOffset now, string author) => database.Write(connection =>
    {
        if (connection.Execute("UPDATE enrolments SET revoked = 1, revocation = $3 WHERE namespace = $1 AND name = $2 AND revoked = 0", host.Namespace, host.Name, revocation) != 1)
            return false;
        actions.Append(connection, new(now, author, "host revoked", host.ToString(), revocation));
        return true;
    });

    private static EnrolledHost? Find(DbConnection connection, HostName host) => connection.Rows(
        row => new EnrolledHost(
            host,
            EnrolmentGrant.Read(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3)),
            row.GetString(4),
            row.GetString(5),
            Digest.TryParse(row.GetString(6), out var key) ? key : default,
            row.GetString(7),
            row.GetString(8),
            row.GetInt64(9).ToTime(),
            row.GetInt64(10).ToTime(),
            row.GetInt64(11) != 0,
            row.GetString(12))
        {
            Authorities = row.GetInt64(13),
            PreviousAuthorities = row.GetInt64(14),
        },
        $"SELECT {Columns} FROM enrolments WHERE namespace = $1 AND name = $2",
        host.Namespace, host.Name).SingleOrDefault();
}
