using System.Runtime.CompilerServices;
using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The requests of a client-streaming or duplex call.</summary>
internal sealed class RequestStream<T>(HttpServerCall call, Func<DeserializationContext, T> deserialize) : IAsyncStreamReader<T>
    where T : class
{
    private T? current;
    private bool reading;

    public T Current => current ?? throw new InvalidOperationException("No message was read.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (call.HasEnded)
            throw new InvalidOperationException("Can't read messages after the request is complete.");
        if (Interlocked.Exchange(ref reading, true))
            throw new InvalidOperationException("Can't read the next message because the previous read is still in progress.");
        try
        {
            // What the reader has done with is not kept for as long as the next one takes to come.
            current = null;
            current = await ReadAsync(cancellationToken);
            return current is not null;
        }
        finally
        {
            Volatile.Write(ref reading, false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T?> ReadAsync(CancellationToken cancellationToken)
    {
        // The end of the connection ends the read by itself; only a deadline needs the token.
        if (!call.HasDeadline)
            return await call.ReadNextAsync(deserialize, cancellationToken);

        var callToken = call.CancellationToken;
        if (!cancellationToken.CanBeCanceled || cancellationToken == callToken)
            return await call.ReadNextAsync(deserialize, callToken);

        using var both = CancellationTokenSource.CreateLinkedTokenSource(callToken, cancellationToken);
        return await call.ReadNextAsync(deserialize, both.Token);
    }
}
