using System.Data.Common;
using EdgeAgent.Contracts;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>
/// The oldest revision that can be gone back to: of it and those before it, the documents that were in force at it are kept, and of all
/// others the digests.
/// </summary>
/// <param name="Revision">The revision.</param>
/// <param name="Signature">ECDSA over its number and its seal, so that who can write the database alone cannot move it.</param>
internal sealed record HistoryHorizon(Revision Revision, byte[] Signature)
{
    private const string SignedAs = "pruned";

    /// <summary>The horizon of a store; null as long as all is kept.</summary>
    public static HistoryHorizon? Find(DbConnection connection) =>
        connection.Rows(row => new HistoryHorizon(new(row.GetInt64(0)), row.Bytes(1)), "SELECT number, signature FROM horizon WHERE id = 1").SingleOrDefault();

    /// <summary>Moves it.</summary>
    public static void Move(DbConnection connection, AuditKey key, Revision revision, byte[] seal) => connection.Execute(
        "INSERT INTO horizon (id, number, signature) VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET number = excluded.number, signature = excluded.signature",
        revision.Number, key.Sign(SignedAs, revision.Number, seal));

    /// <summary>What is wrong with it; null for nothing.</summary>
    /// <param name="key">The key that signs.</param>
    /// <param name="seal">The seal that the rows up to it come to.</param>
    public ChainFinding? Problem(AuditKey key, byte[] seal) => key.Signed(SignedAs, Revision.Number, seal, Signature)
        ? null
        : new(RevisionLog.Name, Revision.Number, "the mark up to which documents were pruned was altered, or the rows before it were made anew, or it was signed with another key");
}
