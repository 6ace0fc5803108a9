using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>A ruleset as a host's kernel held it, compressed (RFC 7932).</summary>
/// <param name="Digest">The kernel digest: the SHA-256 of the proof.</param>
/// <param name="Received">When it was first received.</param>
/// <param name="Proof">The canonical text, in which each set's elements stand as their count and digest.</param>
/// <param name="Full">The text with all elements; empty where it was too long.</param>
internal sealed record StoredRuleset(Digest Digest, DateTimeOffset Received, byte[] Proof, byte[] Full);

/// <summary>
/// Rulesets by kernel digest, each once for all hosts that ever held it. The digest proves the text, so it needs no place in a chain.
/// Beyond the budget the oldest are dropped.
/// </summary>
internal sealed class RulesetTable(IDatabase database, long budget)
{
    private readonly HashSet<Digest> _held = [.. database.Read(connection => connection.Rows(row => DigestOf(row.GetString(0)), "SELECT digest FROM rulesets"))];

    /// <summary>Whether a ruleset is kept.</summary>
    public bool Holds(Digest digest)
    {
        lock (_held)
            return _held.Contains(digest);
    }

    /// <summary>Keeps a ruleset.</summary>
    /// <exception cref="StoreException">It is not kept.</exception>
    public void Put(StoredRuleset ruleset)
    {
        var dropped = database.Write(connection =>
        {
            connection.Execute(
                "INSERT INTO rulesets (digest, received, size, proof, full_text) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (digest) DO NOTHING",
                ruleset.Digest.Hex, ruleset.Received.ToMicroseconds(), ruleset.Proof.Length + ruleset.Full.Length, ruleset.Proof, ruleset.Full);
            var dropped = new List<Digest>();
            while ((long)connection.Scalar("SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM rulesets")! > budget)
            {
                var oldest = connection.Rows(row => row.GetString(0), "SELECT digest FROM rulesets WHERE digest <> $1 ORDER BY received, digest LIMIT 16", ruleset.Digest.Hex);
                if (oldest.Count == 0)
                    break;
                foreach (var digest in oldest)
                    connection.Execute("DELETE FROM rulesets WHERE digest = $1", digest);
                dropped.AddRange(oldest.Select(DigestOf));
            }

            return dropped;
        });
        lock (_held)
        {
            _held.Add(ruleset.Digest);
            _held.ExceptWith(dropped);
        }
    }

    /// <summary>A ruleset, or null where it is not kept.</summary>
    public StoredRuleset? Find(Digest digest) => database.Read(connection => connection.Rows(
        row => new StoredRuleset(digest, row.GetInt64(0).ToTime(), row.Bytes(1), row.Bytes(2)),
        "SELECT received, proof, full_text FROM rulesets WHERE digest = $1",
        digest.Hex)) is [var found] ? found : null;

    private static Digest DigestOf(string hex) => Digest.TryParse(hex, out var digest) ? digest : default;
}
