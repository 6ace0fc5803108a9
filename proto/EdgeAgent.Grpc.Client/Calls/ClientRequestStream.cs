using Grpc.Core;
using Grpc.Core.Internal;

namespace Grpc.Net.Client.Internal;

/// <summary>Writes the requests of a client-streaming or duplex call. Holds no buffer between messages.</summary>
internal sealed class ClientRequestStream<T>(HttpClientCall call, StreamBody body, Action<T, SerializationContext> serialize, int? maxSize)
    : IClientStreamWriter<T>
    where T : class
{
    private readonly Lock gate = new();
    private readonly MessageWriter writer = new(maxSize, call.Compression);
    private bool writing;
    private bool completed;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (message is null)
            return Task.FromException(new ArgumentNullException(nameof(message)));
        lock (gate)
        {
            if (completed)
                return Refused("Request stream has already been completed.");
            if (writing)
                return Refused("Can't write the message because the previous write is in progress.");
            if (call.HasEnded)
                return Task.FromException(AfterEnd());
            writing = true;
        }

        return WriteCoreAsync(message, cancellationToken);
    }

    public Task CompleteAsync()
    {
        lock (gate)
        {
            if (writing)
                return Refused("Can't complete the client stream writer because the previous write is in progress.");
            completed = true;
        }

        body.Close();
        return Task.CompletedTask;
    }

    private async Task WriteCoreAsync(T message, CancellationToken cancellationToken)
    {
        try
        {
            using var buffer = new PooledBuffer();
            using var registration = cancellationToken.UnsafeRegister(static call => ((HttpClientCall)call!).Cancel("Call canceled by the client."), call);
            var flags = WriteOptions?.Flags ?? call.WriteFlags;
            writer.Write(message, serialize, buffer, flags);
            await SendAsync(buffer.Written, flags).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref writing, false);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> written, WriteFlags flags)
    {
        try
        {
            var stream = await body.Opened.ConfigureAwait(false);
            await stream.WriteAsync(written, call.Token).ConfigureAwait(false);
            if (!flags.HasFlag(WriteFlags.BufferHint))
                await stream.FlushAsync(call.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // The transport tells a writer no more than that the request is given up. Why, the answer says, if there was none yet; after its
            // headers only who reads it is told, also where the server has closed the stream with a status.
            await call.Answered.ConfigureAwait(false);
            throw call.HasEnded ? AfterEnd() : new RpcException(TransportFailure.ToStatus(error));
        }
    }

    private Exception AfterEnd() =>
        call.GetStatus().StatusCode == StatusCode.OK
            ? new InvalidOperationException("Can't write the message because the call is complete.")
            : call.Failure();

    private static Task Refused(string why) => Task.FromException(new InvalidOperationException(why));
}
