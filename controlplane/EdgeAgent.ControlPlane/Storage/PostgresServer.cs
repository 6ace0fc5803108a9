using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>
/// A PostgreSQL database that any number of control planes share. Writers take turns by an advisory lock; each commit is told to all who
/// listen. Nothing is kept in the session, so that any connection is as good as another and one that broke is replaced.
/// </summary>
internal sealed class PostgresServer : IDatabase
{
    private const string Channel = "edgecontrol";

    // A database that is gone is noticed within seconds, not minutes: hosts and operators wait behind it. Of two values the later wins.
    private const string Defaults = "Application Name=edgecontrol;Timeout=5;Command Timeout=10;Keepalive=5;Maximum Pool Size=20;";

    private readonly NpgsqlDataSource _source;

    private PostgresServer(NpgsqlDataSource source, string place) => (_source, Place) = (source, place);

    /// <inheritdoc/>
    public string Place { get; }

    /// <summary>Opens a database and makes the tables that it lacks.</summary>
    /// <param name="connection">Npgsql's connection string.</param>
    /// <exception cref="StoreException">It cannot be reached, or was made by a newer version.</exception>
    public static PostgresServer Open(string connection)
    {
        NpgsqlConnectionStringBuilder text;
        try
        {
            text = new(Defaults + connection);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new StoreException(StoreFailure.Foreign, $"store.connection: {e.Message}; expected a connection string such as Host=db;Database=edgecontrol;Username=edgecontrol;Password=...", e);
        }

        var server = new PostgresServer(NpgsqlDataSource.Create(text), $"PostgreSQL database {text.Database ?? text.Username} on {text.Host}:{text.Port}");
        try
        {
            server.Prepare();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public T Write<T>(Func<DbConnection, T> work) => Guarded(connection =>
    {
        using var transaction = connection.BeginTransaction();
        connection.Execute($"SELECT pg_advisory_xact_lock({Schema.ApplicationId})");
        var result = work(connection);
        connection.Execute($"NOTIFY {Channel}");
        transaction.Commit();
        return result;
    });

    /// <inheritdoc/>
    public T Read<T>(Func<DbConnection, T> work) => Guarded(connection =>
    {
        using var transaction = connection.BeginTransaction(System.Data.IsolationLevel.RepeatableRead);
        connection.Execute("SET TRANSACTION READ ONLY");
        var result = work(connection);
        transaction.Commit();
        return result;
    });

    /// <summary>Calls back after each commit of anybody, and each second besides, until cancelled. A broken connection is opened again.</summary>
    public async Task ListenAsync(Func<Task> heard, Action<string> broken, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(cancel);
                await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
                    await listen.ExecuteNonQueryAsync(cancel);
                while (true)
                {
                    await heard();
                    await connection.WaitAsync(TimeSpan.FromSeconds(1), cancel);
                }
            }
            catch (Exception e) when (!cancel.IsCancellationRequested && Translated(e, Place) is { } failure)
            {
                broken(failure.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Takes an advisory lock for as long as a connection of its own lives; null where another session has it, or the database cannot be reached.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<SessionLock?> TryLockAsync(long key, CancellationToken cancel)
    {
        try
        {
            return await SessionLock.TryTakeAsync(await _source.OpenConnectionAsync(cancel), key, cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested && Translated(e, Place) is not null)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private void Prepare() => Guarded(connection =>
    {
        using var transaction = connection.BeginTransaction();
        connection.Execute($"SELECT pg_advisory_xact_lock({Schema.ApplicationId})");
        connection.Execute("CREATE TABLE IF NOT EXISTS edgecontrol_schema (version BIGINT NOT NULL)");
        var version = (long?)connection.Scalar("SELECT max(version) FROM edgecontrol_schema") ?? 0;
        if (version > Schema.Version)
            throw new StoreException(StoreFailure.Foreign, $"{Place}: schema version {version} was made by a newer edgecontrol; expected version {Schema.Version} or older");
        for (; version < Schema.Version; version++)
        {
            connection.Execute(Schema.ForPostgres(Schema.Steps[(int)version]));
            connection.Execute("INSERT INTO edgecontrol_schema (version) VALUES ($1)", version + 1);
        }

        transaction.Commit();
        return true;
    });

    private T Guarded<T>(Func<NpgsqlConnection, T> work)
    {
        try
        {
            using var connection = _source.OpenConnection();
            return work(connection);
        }
        catch (Exception e) when (Translated(e, Place) is { } failure)
        {
            throw failure;
        }
    }

    private static StoreException? Translated(Exception e, string place) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } full => new(StoreFailure.Full, $"{place}: no space is left for the store; nothing was changed", full),
        PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted } damage => new(StoreFailure.Corrupt, $"{place}: the database is damaged: {damage.MessageText}; expected a sound one (restore it from a backup)", damage),
        PostgresException refusal => new(StoreFailure.Failed, string.Create(CultureInfo.InvariantCulture, $"{place}: {refusal.MessageText} ({refusal.SqlState})"), refusal),
        NpgsqlException or System.Net.Sockets.SocketException or TimeoutException or IOException => new(StoreFailure.Failed, $"{place} cannot be reached: {e.Message}", e),
        _ => null,
    };
}
