using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Core.Internal;

namespace Grpc.Net.Client.Internal;

/// <summary>
/// A request body of gRPC messages. The transport cancels it when the request has failed, and would take that for the reason: so a body that
/// is cancelled just ends, and why is told by the response.
/// </summary>
internal abstract class RequestBody : HttpContent
{
    private static readonly MediaTypeHeaderValue GrpcContentType = new(ProtocolHeaders.ContentType);

    protected RequestBody() => Headers.ContentType = GrpcContentType;

    /// <summary>The call has ended: nothing more is written.</summary>
    public virtual void Stop()
    {
    }

    protected sealed override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);
}

/// <summary>One message. Serialized when the transport asks for it, and again if the transport has to begin anew.</summary>
internal sealed class SingleMessageBody<T>(T message, Action<T, SerializationContext> serialize, int? maxSize, CompressionLevel? compression, WriteFlags flags)
    : RequestBody
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var buffer = new PooledBuffer();
        new MessageWriter(maxSize, compression).Write(message, serialize, buffer, flags);
        try
        {
            await stream.WriteAsync(buffer.Written, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }
}

/// <summary>Messages that are written while the call runs.</summary>
internal sealed class StreamBody : RequestBody
{
    private readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where messages are written, once the transport is ready; cancelled if the call ends before.</summary>
    public Task<Stream> Opened => opened.Task;

    /// <summary>Ends the body: no more messages follow.</summary>
    public void Close() => closed.TrySetResult();

    public override void Stop()
    {
        opened.TrySetCanceled();
        closed.TrySetResult();
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Sends the headers, so that the server can answer before the first message.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        opened.TrySetResult(stream);
        await closed.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
