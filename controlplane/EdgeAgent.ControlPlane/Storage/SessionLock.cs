using Npgsql;

namespace EdgeAgent.ControlPlane.Storage;

/// <summary>An advisory lock of a PostgreSQL database that lives as long as its connection.</summary>
internal sealed class SessionLock(NpgsqlConnection connection, long key) : IAsyncDisposable
{
    private const int Patience = 5;

    /// <summary>Whether the connection lives, so that nobody else has the lock; false also when cancelled.</summary>
    public async Task<bool> IsHeldAsync(CancellationToken cancel)
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT 1", connection) { CommandTimeout = Patience };
            await command.ExecuteScalarAsync(cancel);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Takes the lock on a connection, which is closed if another session has it.</summary>
    public static async Task<SessionLock?> TryTakeAsync(NpgsqlConnection connection, long key, CancellationToken cancel)
    {
        try
        {
            // The server learns within seconds that the machine at this end is gone.
            await using (var settings = new NpgsqlCommand("SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3", connection))
                await settings.ExecuteNonQueryAsync(cancel);
            await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = key } } };
            if (await command.ExecuteScalarAsync(cancel) is true)
                return new(connection, key);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // A pooled connection outlives its use.
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock($1)", connection) { Parameters = { new() { Value = key } }, CommandTimeout = Patience };
            await command.ExecuteScalarAsync();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
        {
            // A broken connection has lost its locks.
        }

        await connection.DisposeAsync();
    }
}
