using System.Data.Common;
using EdgeAgent.Contracts;
using Google.Protobuf;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>A change that somebody prepared.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Base">The newest revision when it was saved.</param>
/// <param name="At">When it was saved.</param>
/// <param name="Author">Who saved it.</param>
/// <param name="Note">What the author said of it.</param>
/// <param name="Documents">The documents that it sets.</param>
internal sealed record StoredDraft(string Name, Revision Base, DateTimeOffset At, string Author, string Note, IReadOnlyList<Wire.V1.Document> Documents);

/// <summary>The drafts. They are no part of any revision.</summary>
internal sealed class DraftTable(IDatabase database, ActionLog actions)
{
    private const int MostDrafts = 1000;

    private const string Columns = "name, base, at, author, note, documents";

    /// <summary>Keeps a draft in place of the one of its name; an empty name is given the first number that is free.</summary>
    /// <returns>The draft's name.</returns>
    /// <exception cref="StoreException">There are too many.</exception>
    public string Save(StoredDraft draft) => database.Write(connection =>
    {
        var names = connection.Rows(row => row.GetString(0), "SELECT name FROM drafts").ToHashSet();
        var name = draft.Name.Length > 0 ? draft.Name : Enumerable.Range(1, names.Count + 1).Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)).First(number => !names.Contains(number));
        if (!names.Contains(name) && names.Count >= MostDrafts)
            throw new StoreException(StoreFailure.Full, $"there are {names.Count} drafts; expected some to be discarded first");
        Delete(connection, name);
        var documents = new Wire.V1.ApplyRequest();
        documents.Documents.AddRange(draft.Documents);
        connection.Execute(
            $"INSERT INTO drafts ({Columns}) VALUES ($1, $2, $3, $4, $5, $6)",
            name, draft.Base.Number, draft.At.ToMicroseconds(), draft.Author, draft.Note, documents.ToByteArray());
        actions.Append(connection, new(draft.At, draft.Author, "draft saved", name, $"{draft.Note} (documents {Digest.Of(documents.ToByteArray())})"));
        return name;
    });

    /// <summary>All drafts, by name.</summary>
    public IReadOnlyList<StoredDraft> All() => database.Read(connection => connection.Rows(Read, $"SELECT {Columns} FROM drafts ORDER BY name"));

    /// <summary>Throws a draft away; false if there is none.</summary>
    public bool Discard(string name, DateTimeOffset now, string author) => database.Write(connection =>
    {
        if (!Delete(connection, name))
            return false;
        actions.Append(connection, new(now, author, "draft discarded", name, ""));
        return true;
    });

    /// <summary>Removes a draft within the transaction that makes a revision of it.</summary>
    public static bool Delete(DbConnection connection, string name) => connection.Execute("DELETE FROM drafts WHERE name = $1", name) == 1;

    private static StoredDraft Read(DbDataReader row) => new(
        row.GetString(0),
        new(row.GetInt64(1)),
        row.GetInt64(2).ToTime(),
        row.GetString(3),
        row.GetString(4),
        Wire.V1.ApplyRequest.Parser.ParseFrom(row.Bytes(5)).Documents);
}
