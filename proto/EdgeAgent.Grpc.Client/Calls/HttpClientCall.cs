using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Core.Internal;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Internal;

/// <summary>
/// One running call. It ends once: by the server's status, a failure of the transport, the deadline, the caller's token or <see cref="Dispose"/>,
/// whichever is first. What comes later changes nothing.
/// </summary>
internal sealed partial class HttpClientCall : IDisposable
{
    private static readonly StreamPipeReaderOptions WithoutIdleBuffer = new(useZeroByteReads: true);

    private readonly GrpcChannel channel;
    private readonly IMethod method;
    private readonly string? host;
    private readonly CallOptions options;
    private Task sending = Task.CompletedTask;
    private RequestBody? body;
    private HttpResponseMessage? response;
    private PipeReader? pipe;
    private MessageReader? reader;
    private bool received;

    public HttpClientCall(GrpcChannel channel, IMethod method, string? host, CallOptions options)
    {
        this.channel = channel;
        this.method = method;
        this.host = host;
        this.options = options;
        Compression = AsksForGzip(options.Headers) ? CompressionLevel.Fastest : null;
        token = cancellation.Token;
    }

    public WriteFlags WriteFlags => options.WriteOptions?.Flags ?? default;

    public CompressionLevel? Compression { get; }

    /// <summary>Done when the headers of the response are there, or the call ended without; never fails.</summary>
    public Task Answered => sending;

    private bool HasSingleResponse => method.Type is MethodType.Unary or MethodType.ClientStreaming;

    /// <summary>
    /// Begins the call. How it went shows when the response is read; only a disposed channel throws, <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Start(RequestBody requestBody)
    {
        body = requestBody;
        channel.Add(this);
        WatchTokens();
        sending = HasEnded ? Task.CompletedTask : SendAsync(requestBody);
    }

    /// <summary>The one response of a unary or client-streaming call.</summary>
    public async Task<T> ReadSingleAsync<T>(Func<DeserializationContext, T> deserialize)
        where T : class
    {
        var message = await ReadNextAsync(deserialize).ConfigureAwait(false);
        if (message is not null && await ReadNextAsync(deserialize).ConfigureAwait(false) is not null)
        {
            End(new Status(StatusCode.Internal, "Unexpected data after the response message."));
            throw Failure();
        }

        // The end of the stream was read without a failure, so the status is OK and a message was there.
        return message!;
    }

    /// <summary>The next response, or null after the last one of a call that ended with OK; any other end throws.</summary>
    public async ValueTask<T?> ReadNextAsync<T>(Func<DeserializationContext, T> deserialize)
        where T : class
    {
        await sending.ConfigureAwait(false);
        if (!HasEnded)
        {
            try
            {
                if (await reader!.ReadAsync(deserialize, token).ConfigureAwait(false) is { } message)
                {
                    received = true;
                    return message;
                }

                EndWithTrailers();
            }
            catch (Exception error)
            {
                End(TransportFailure.ToStatus(error));
            }
        }

        return status.StatusCode == StatusCode.OK ? null : throw Failure();
    }

    /// <summary>The headers of the response; fails if the call ended before there were any.</summary>
    public async Task<Metadata> ReadHeadersAsync()
    {
        await sending.ConfigureAwait(false);
        return response is null ? throw Failure() : ResponseStatus.Metadata(response.Headers);
    }

    private async Task SendAsync(RequestBody requestBody)
    {
        try
        {
            using var request = await BuildRequestAsync(requestBody).ConfigureAwait(false);
            var answer = await channel.SendAsync(request, token).ConfigureAwait(false);
            if (!TryAttach(answer))
                return;

            if ((ResponseStatus.Problem(answer) ?? ResponseStatus.Find(answer.Headers)) is { } atOnce)
                End(Plausible(atOnce), TrailersOf(answer.Headers));
            else
                await OpenAsync(answer).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            End(TransportFailure.ToStatus(error));
        }
    }

    private async Task OpenAsync(HttpResponseMessage answer)
    {
        var encoding = answer.Headers.NonValidated.TryGetValues(ProtocolHeaders.Encoding, out var values) ? values.ToString() : null;
        var stream = await answer.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
        pipe = PipeReader.Create(stream, WithoutIdleBuffer);
        reader = new MessageReader(pipe, channel.MaxReceiveMessageSize, encoding);
    }

    private void EndWithTrailers()
    {
        var found = ResponseStatus.Find(response!.TrailingHeaders)
            ?? new Status(StatusCode.Unknown, $"The response ended without {ProtocolHeaders.Status}.");
        End(Plausible(found), TrailersOf(response.TrailingHeaders));
        pipe!.Complete();
    }

    private Status Plausible(Status found) =>
        found.StatusCode == StatusCode.OK && HasSingleResponse && !received
            ? new Status(StatusCode.Internal, "The call ended with OK, but without a response message.")
            : found;

    private Metadata TrailersOf(System.Net.Http.Headers.HttpHeaders headers)
    {
        try
        {
            return ResponseStatus.Metadata(headers);
        }
        catch (FormatException error)
        {
            ClientLog.BadTrailers(channel.Logger, method.FullName, error);
            return Metadata.Empty;
        }
    }

    private static bool AsksForGzip(Metadata? headers) =>
        headers is { Count: > 0 } && headers.GetValue(ProtocolHeaders.EncodingRequest) == ProtocolHeaders.Gzip;
}
