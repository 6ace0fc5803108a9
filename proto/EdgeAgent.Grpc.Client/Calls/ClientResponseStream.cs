using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>Reads the responses of a server-streaming or duplex call.</summary>
internal sealed class ClientResponseStream<T>(HttpClientCall call, Func<DeserializationContext, T> deserialize) : IAsyncStreamReader<T>
    where T : class
{
    private T? current;
    private bool reading;

    public T Current => current ?? throw new InvalidOperationException("No message was read.");

    /// <summary>Cancelling a read cancels the call: part of a message may have been taken.</summary>
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref reading, true))
            throw new InvalidOperationException("Can't read the next message because the previous read is still in progress.");
        try
        {
            using var registration = cancellationToken.UnsafeRegister(static call => ((HttpClientCall)call!).Cancel("Call canceled by the client."), call);
            current = await call.ReadNextAsync(deserialize).ConfigureAwait(false);
            return current is not null;
        }
        finally
        {
            Volatile.Write(ref reading, false);
        }
    }
}
