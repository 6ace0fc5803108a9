using System.Data.Common;
using System.Security.Cryptography;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>An enrolment token as the store knows it.</summary>
/// <param name="Id">What lists call it.</param>
/// <param name="Grant">What it gives.</param>
/// <param name="Uses">How many hosts may enrol with it.</param>
/// <param name="Used">How many did.</param>
/// <param name="Created">When it was made.</param>
/// <param name="CreatedBy">By whom.</param>
/// <param name="Expires">When it ends to be good.</param>
/// <param name="IsRevoked">Whether somebody ended it before.</param>
internal sealed record StoredToken(string Id, EnrolmentGrant Grant, int Uses, int Used, DateTimeOffset Created, string CreatedBy, DateTimeOffset Expires, bool IsRevoked);

/// <summary>Enrolment tokens. The store holds hashes of their secrets alone: they are 256 random bits, so a fast hash keeps them.</summary>
internal sealed class TokenTable(IDatabase database, ActionLog actions)
{
    private const string Columns = "id, namespace, name, labels, cidrs, uses, used, created, created_by, expires, revoked";

    /// <summary>Keeps a grant under a new secret, and gives the secret, in hexadecimal digits.</summary>
    public (string Secret, string Id) Create(EnrolmentGrant grant, int uses, DateTimeOffset now, DateTimeOffset expires, string author)
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var id = RandomNumberGenerator.GetHexString(10, lowercase: true);
        database.Write(connection =>
        {
            actions.Append(connection, new(now, author, "token created", id, FormattableString.Invariant($"{grant}, {uses} uses, until {expires:u}")));
            return connection.Execute(
                $"INSERT INTO tokens ({Columns}, hash) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, 0, $10)",
                id, grant.Namespace, grant.Name, grant.LabelText, grant.CidrText, uses, now.ToMicroseconds(), author, expires.ToMicroseconds(), SHA256.HashData(secret));
        });
        return (Convert.ToHexStringLower(secret), id);
    }

    /// <summary>The tokens of a namespace, or all, newest first.</summary>
    public IReadOnlyList<StoredToken> All(string ns) => database.Read(connection => connection.Rows(
        Read, $"SELECT {Columns} FROM tokens WHERE $1 = '' OR namespace = $1 ORDER BY created DESC, id", ns));

    /// <summary>A token by its id; null if there is none.</summary>
    public StoredToken? Find(string id) => database.Read(connection => connection.Rows(Read, $"SELECT {Columns} FROM tokens WHERE id = $1", id)).SingleOrDefault();

    /// <summary>Ends a token; false if there is none.</summary>
    public bool Revoke(string id, DateTimeOffset now, string author) => database.Write(connection =>
    {
        if (connection.Execute("UPDATE tokens SET revoked = 1 WHERE id = $1", id) != 1)
            return false;
        actions.Append(connection, new(now, author, "token revoked", id, ""));
        return true;
    });

    /// <summary>The token with a secret; null if there is none.</summary>
    public static StoredToken? BySecret(DbConnection connection, string secret)
    {
        byte[] bytes;
        try
        {
            bytes = Convert.FromHexString(secret);
        }
        catch (FormatException)
        {
            return null;
        }

        return connection.Rows(Read, $"SELECT {Columns} FROM tokens WHERE hash = $1", SHA256.HashData(bytes)).SingleOrDefault();
    }

    /// <summary>Uses a token once.</summary>
    public static void Use(DbConnection connection, string id) => connection.Execute("UPDATE tokens SET used = used + 1 WHERE id = $1", id);

    private static StoredToken Read(DbDataReader row) => new(
        row.GetString(0),
        EnrolmentGrant.Read(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4)),
        row.Small(5),
        row.Small(6),
        row.GetInt64(7).ToTime(),
        row.GetString(8),
        row.GetInt64(9).ToTime(),
        row.GetInt64(10) != 0);
}
