using System.Security.Cryptography;
using System.Text;
using EdgeAgent.ControlPlane.Storage;

namespace EdgeAgent.ControlPlane.Clusters;

/// <summary>Claims where control planes share a PostgreSQL database: advisory locks, which end with the connection that took them.</summary>
internal sealed class SharedClaims(PostgresServer server) : IClusterClaims
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<IClusterClaim> TakeAsync(string cluster, CancellationToken cancel)
    {
        var key = BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"edgecontrol cluster {cluster}")));
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (await server.TryLockAsync(key, cancel) is { } held)
                return new Claim(held, cancel);
            await Task.Delay(Again, cancel);
        }
    }

    private sealed class Claim : IClusterClaim
    {
        private readonly CancellationTokenSource _lost = new();
        private readonly CancellationTokenSource _done;
        private readonly SessionLock _held;
        private readonly Task _watching;

        public Claim(SessionLock held, CancellationToken cancel)
        {
            (_held, _done) = (held, CancellationTokenSource.CreateLinkedTokenSource(cancel));
            _watching = WatchAsync();
        }

        public CancellationToken Lost => _lost.Token;

        public async ValueTask DisposeAsync()
        {
            await _done.CancelAsync();
            await _watching;
            await _held.DisposeAsync();
            _done.Dispose();
            _lost.Dispose();
        }

        private async Task WatchAsync()
        {
            while (await _held.IsHeldAsync(_done.Token))
                await Task.Delay(Again, _done.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_done.IsCancellationRequested)
                await _lost.CancelAsync();
        }
    }
}
