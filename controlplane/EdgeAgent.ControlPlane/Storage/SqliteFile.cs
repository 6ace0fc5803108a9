using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>
/// The database file: one connection that writes, under a lock, and readers that never wait for it (WAL). A commit has reached the disk
/// when <see cref="Write"/> returns (<c>synchronous=FULL</c>).
/// </summary>
internal sealed class SqliteFile : IDatabase
{
    /// <summary>The file's name within the data directory.</summary>
    public const string Name = "edgecontrol.db";

    private const int SqliteFull = 13;
    private const int SqliteCorrupt = 11;
    private const int SqliteNotADatabase = 26;

    private readonly Lock _writing = new();
    private readonly SqliteConnection _writer;
    private readonly string _readerText;

    private SqliteFile(SqliteConnection writer, string readerText, string path)
    {
        _writer = writer;
        _readerText = readerText;
        Path = path;
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public string Place => Path;

    /// <summary>Opens the file of a data directory, and makes it where there is none.</summary>
    /// <param name="dataDirectory">The directory; it must exist.</param>
    /// <param name="limit">How large the file may grow, in bytes; 0 for as large as the disk.</param>
    /// <exception cref="StoreException">The file is foreign, damaged or unreadable.</exception>
    public static SqliteFile Open(string dataDirectory, long limit)
    {
        Batteries_V2.Init();
        var path = System.IO.Path.Combine(dataDirectory, Name);
        var text = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 };
        var writer = new SqliteConnection(text.ConnectionString);
        try
        {
            CreatePrivate(path);
            writer.Open();
            RequireOurs(writer, path);
            writer.Execute("PRAGMA journal_mode = WAL");
            writer.Execute("PRAGMA synchronous = FULL");
            writer.Execute("PRAGMA foreign_keys = ON");
            if (limit > 0)
                LimitTo(writer, limit);
            RequireSound(writer, path);
            Prepare(writer);
            text.Mode = SqliteOpenMode.ReadOnly;
            text.Pooling = true;
            return new(writer, text.ConnectionString, path);
        }
        catch (SqliteException e)
        {
            writer.Dispose();
            throw Translated(e, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            writer.Dispose();
            throw new StoreException(StoreFailure.Failed, $"{path}: {e.Message}", e);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Copies the file as it is at this moment to a new one; the process that uses it goes on.</summary>
    /// <param name="dataDirectory">The directory of the file.</param>
    /// <param name="copy">Where to; there must be no such file.</param>
    /// <exception cref="StoreException">The file is no store of ours, or it could not be copied; there is no copy then.</exception>
    public static void Copy(string dataDirectory, string copy)
    {
        Batteries_V2.Init();
        var path = System.IO.Path.Combine(dataDirectory, Name);
        var partial = copy + ".partial";
        try
        {
            if (!File.Exists(path) || File.Exists(copy))
                throw new StoreException(StoreFailure.Foreign, File.Exists(copy) ? $"{copy}: there is such a file; expected the name of a new one" : $"{path}: there is no such file; expected the store of an edgecontrol");
            File.Delete(partial);
            CreatePrivate(partial);
            var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 30 };
            using (var reader = new SqliteConnection(text.ConnectionString))
            {
                reader.Open();
                RequireOurs(reader, path);
                reader.Execute("VACUUM INTO $1", partial);
            }

            text.DataSource = partial;
            using (var check = new SqliteConnection(text.ConnectionString))
            {
                check.Open();
                RequireSound(check, partial);
            }

            using (var file = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite))
                file.Flush(flushToDisk: true);
            File.Move(partial, copy);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            if (File.Exists(partial))
                File.Delete(partial);
            throw e is SqliteException failure ? Translated(failure, path) : new StoreException(StoreFailure.Failed, $"{copy}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public T Write<T>(Func<DbConnection, T> work)
    {
        lock (_writing)
        {
            try
            {
                _writer.Execute("BEGIN IMMEDIATE");
                try
                {
                    var result = work(_writer);
                    _writer.Execute("COMMIT");
                    return result;
                }
                catch
                {
                    RollBack();
                    throw;
                }
            }
            catch (SqliteException e)
            {
                throw Translated(e, Path);
            }
        }
    }

    /// <inheritdoc/>
    public T Read<T>(Func<DbConnection, T> work)
    {
        try
        {
            using var reader = new SqliteConnection(_readerText);
            reader.Open();
            using var transaction = reader.BeginTransaction(deferred: true);
            return work(reader);
        }
        catch (SqliteException e)
        {
            throw Translated(e, Path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writing)
        {
            using (var reader = new SqliteConnection(_readerText))
                SqliteConnection.ClearPool(reader);
            _writer.Dispose();
        }
    }

    // SQLite gives the files beside it (log and shared memory) the mode of the database, and takes an empty file for a new one.
    private static void CreatePrivate(string path)
    {
        if (File.Exists(path))
            return;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        new FileStream(path, options).Dispose();
    }

    private static void RequireOurs(SqliteConnection connection, string path)
    {
        var id = (long)connection.Scalar("PRAGMA application_id")!;
        var version = (long)connection.Scalar("PRAGMA user_version")!;
        var tables = (long)connection.Scalar("SELECT count(*) FROM sqlite_schema")!;
        if (id != Schema.ApplicationId && (id != 0 || tables > 0))
            throw new StoreException(StoreFailure.Foreign, $"{path}: a database of another program (application id {id}); expected a store of edgecontrol, or no file");
        if (version > Schema.Version)
            throw new StoreException(StoreFailure.Foreign, $"{path}: schema version {version} was made by a newer edgecontrol; expected version {Schema.Version} or older");
    }

    private static void RequireSound(SqliteConnection connection, string path)
    {
        var finding = (string)connection.Scalar("PRAGMA quick_check(1)")!;
        if (finding != "ok")
            throw new StoreException(StoreFailure.Corrupt, $"{path}: the database is damaged: {finding}; expected a sound file (restore it from a backup)");
    }

    private static void LimitTo(SqliteConnection connection, long limit)
    {
        var pageSize = (long)connection.Scalar("PRAGMA page_size")!;
        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {Math.Max(1, limit / pageSize)}"));
    }

    private static void Prepare(SqliteConnection connection)
    {
        for (var version = (long)connection.Scalar("PRAGMA user_version")!; version < Schema.Version; version++)
        {
            connection.Execute("BEGIN IMMEDIATE");
            connection.Execute(Schema.Steps[(int)version]);
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {Schema.ApplicationId}"));
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version + 1}"));
            connection.Execute("COMMIT");
        }
    }

    // A full disk may have ended the transaction already (sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction").
    private void RollBack()
    {
        if (raw.sqlite3_get_autocommit(_writer.Handle) == 0)
            _writer.Execute("ROLLBACK");
    }

    private static StoreException Translated(SqliteException e, string path) => e.SqliteErrorCode switch
    {
        SqliteFull => new(StoreFailure.Full, $"{path}: no space is left for the store; nothing was changed", e),
        SqliteCorrupt or SqliteNotADatabase => new(StoreFailure.Corrupt, $"{path}: the database is damaged: {e.Message}; expected a sound file (restore it from a backup)", e),
        _ => new(StoreFailure.Failed, $"{path}: {e.Message}", e),
    };
}
