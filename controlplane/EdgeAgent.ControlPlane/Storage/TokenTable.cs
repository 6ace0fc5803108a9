using System.Security.Cryptography;
using System.Text;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>What an enrolment token allows.</summary>
/// <param name="Namespace">The namespace of the host.</param>
/// <param name="Name">The only name that it may take; empty for any.</param>
/// <param name="Expires">When it ends to be valid.</param>
internal sealed record EnrolmentGrant(string Namespace, string Name, DateTimeOffset Expires);

/// <summary>One-time enrolment tokens. The store holds their hashes alone: they carry 256 random bits, so a fast hash keeps them secret.</summary>
internal sealed class TokenTable(IDatabase database)
{
    /// <summary>Keeps a grant under a new token, and gives the token.</summary>
    public string Create(EnrolmentGrant grant, string author)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        database.Write(connection => connection.Execute(
            "INSERT INTO tokens (hash, namespace, name, expires, created_by) VALUES ($1, $2, $3, $4, $5)",
            HashOf(token), grant.Namespace, grant.Name, grant.Expires.ToMicroseconds(), author));
        return token;
    }

    /// <summary>Uses a token up for a host, if it is known, unused, not expired, and allows the host.</summary>
    public bool TryUse(string token, HostName host, DateTimeOffset now) => database.Write(connection => connection.Execute(
        "UPDATE tokens SET used = $1, used_by = $2 WHERE hash = $3 AND used IS NULL AND expires > $1 AND namespace = $4 AND (name = '' OR name = $5)",
        now.ToMicroseconds(), host.ToString(), HashOf(token), host.Namespace, host.Name)) == 1;

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
