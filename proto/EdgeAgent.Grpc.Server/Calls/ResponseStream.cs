using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The responses of a server-streaming or duplex call. A write is done when Kestrel has room for more.</summary>
internal sealed class ResponseStream<T>(HttpServerCall call, Action<T, SerializationContext> serialize) : IServerStreamWriter<T>
    where T : class
{
    private bool writing;

    public WriteOptions? WriteOptions
    {
        get => call.WriteOptions;
        set => call.WriteOptions = value;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (message is null)
            return Task.FromException(new ArgumentNullException(nameof(message)));
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);

        var flags = call.WriteOptions?.Flags ?? default;
        lock (call.Gate)
        {
            if (call.HasEnded || call.CancellationToken.IsCancellationRequested)
                return Refused("Can't write the message because the request is complete.");
            if (writing)
                return Refused("Can't write the message because the previous write is in progress.");
            try
            {
                call.Append(message, serialize, flags);
            }
            catch (Exception error)
            {
                return Task.FromException(error);
            }

            if (flags.HasFlag(WriteFlags.BufferHint))
                return Task.CompletedTask;
            writing = true;
        }

        return FlushAsync(cancellationToken);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await call.HttpContext.Response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref writing, false);
        }
    }

    private static Task Refused(string why) => Task.FromException(new InvalidOperationException(why));
}
