using System.IO.Compression;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Core.Internal;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// One call over HTTP/2: what the handler sees of it, and how it ends. It ends once, by the handler or by the deadline, whichever is first;
/// <see cref="Gate"/> makes that choice, and keeps messages from being written after it.
/// </summary>
internal sealed partial class HttpServerCall(HttpContext http, IMethod method, MethodOptions options, ILogger logger)
    : ServerCallContext, IServerCallContextFeature, IHttpServerCall, IAsyncDisposable
{
    private MessageReader? reader;
    private MessageWriter? writer;
    private bool headersSent;
    private bool bodyWritten;
    private volatile bool hasEnded;

    public HttpContext HttpContext => http;

    public ServerCallContext ServerCallContext => this;

    /// <summary>Guards the choice of the end, and every write of a message.</summary>
    public Lock Gate { get; } = new();

    /// <summary>True once status and trailers are decided.</summary>
    public bool HasEnded => hasEnded;

    /// <summary>Reads what the request's headers say. Throws <see cref="RpcException"/> if they break the protocol.</summary>
    public void Begin()
    {
        http.Response.ContentType = ProtocolHeaders.ContentType;
        string? requestEncoding = null;
        var acceptsGzip = false;
        TimeSpan? timeout = null;
        foreach (var (name, values) in http.Request.Headers)
        {
            var value = values.ToString();
            if (name.Equals(ProtocolHeaders.Timeout, StringComparison.OrdinalIgnoreCase))
            {
                timeout = TimeoutEncoding.TryDecode(value, out var given)
                    ? given
                    : throw Refusal($"Invalid {ProtocolHeaders.Timeout} '{value}'; expected one to eight digits and one of H, M, S, m, u, n.");
            }
            else if (name.Equals(ProtocolHeaders.Encoding, StringComparison.OrdinalIgnoreCase))
            {
                requestEncoding = value;
            }
            else if (name.Equals(ProtocolHeaders.AcceptEncoding, StringComparison.OrdinalIgnoreCase))
            {
                acceptsGzip = value.Contains(ProtocolHeaders.Gzip, StringComparison.Ordinal);
            }
            else if (!MetadataCodec.IsValid(name, value))
            {
                throw Refusal($"Header '{name}' is no base64.");
            }
        }

        if (requestEncoding is not (null or ProtocolHeaders.Identity or ProtocolHeaders.Gzip))
            http.Response.Headers[ProtocolHeaders.AcceptEncoding] = ProtocolHeaders.AcceptedEncodings;
        reader = new MessageReader(http.Request.BodyReader, options.MaxReceiveMessageSize, requestEncoding);
        writer = new MessageWriter(options.MaxSendMessageSize, ResponseCompression(acceptsGzip));
        StartDeadline(timeout);
    }

    /// <summary>The one request of a unary or server-streaming call; anything but exactly one message ends the call with Internal.</summary>
    public async ValueTask<T> ReadSingleAsync<T>(Func<DeserializationContext, T> deserialize)
        where T : class
    {
        var message = await ReadNextAsync(deserialize, CancellationToken).ConfigureAwait(false)
            ?? throw Refusal("Incomplete message.");
        if (await ReadNextAsync(deserialize, CancellationToken).ConfigureAwait(false) is not null)
            throw Refusal("Additional data after the message received.");
        return message;
    }

    /// <summary>The next request, or null at the end. The client's going shows as <see cref="OperationCanceledException"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T?> ReadNextAsync<T>(Func<DeserializationContext, T> deserialize, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await reader!.ReadAsync(deserialize, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException and not BadHttpRequestException)
        {
            clientIsGone = true;
            throw new OperationCanceledException("The client ended the call.", error);
        }
        catch (BadHttpRequestException error)
        {
            throw new RpcException(new Status(StatusCode.Internal, error.Message, error));
        }
    }

    /// <summary>Puts a message into the response's pipe without sending it. The caller holds <see cref="Gate"/>, and the call has not ended.</summary>
    public void Append<T>(T message, Action<T, SerializationContext> serialize, WriteFlags flags)
    {
        writer!.Write(message, serialize, http.Response.BodyWriter, flags);
        bodyWritten = true;
    }

    private CompressionLevel? ResponseCompression(bool acceptsGzip)
    {
        if (options.ResponseCompression is null || !acceptsGzip)
            return null;
        http.Response.Headers[ProtocolHeaders.Encoding] = ProtocolHeaders.Gzip;
        return options.ResponseCompression;
    }

    private static RpcException Refusal(string detail) => new(new Status(StatusCode.Internal, detail));
}
