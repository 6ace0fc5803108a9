using Grpc.Core;
using Grpc.Core.Internal;

namespace Grpc.AspNetCore.Server.Internal;

// What handlers and interceptors see. Made when first asked for.
internal sealed partial class HttpServerCall
{
    private Metadata? requestHeaders;
    private Metadata? responseTrailers;
    private AuthContext? authContext;
    private string? peer;

    protected override string MethodCore => method.FullName;

    protected override string HostCore => http.Request.Host.Value ?? "";

    protected override string PeerCore => peer ??= PeerName.Of(http);

    protected override AuthContext AuthContextCore => authContext ??= PeerIdentity.Of(http.Connection.ClientCertificate);

    protected override Metadata ResponseTrailersCore => responseTrailers ??= [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override Metadata RequestHeadersCore
    {
        get
        {
            if (requestHeaders is not null)
                return requestHeaders;

            var parsed = new Metadata();
            foreach (var (name, values) in http.Request.Headers)
                if (!ProtocolHeaders.IsReserved(name))
                    foreach (var value in values)
                        MetadataCodec.Parse(name, value ?? "", parsed);
            return requestHeaders = parsed;
        }
    }

    protected override IDictionary<object, object> UserStateCore => http.Items!;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        new ServerCallPropagationToken(this, options ?? ContextPropagationOptions.Default);

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        lock (Gate)
        {
            if (HasEnded)
                throw new InvalidOperationException("Can't write the headers because the request is complete.");
            if (headersSent || bodyWritten)
                throw new InvalidOperationException("Response headers can only be sent once per call.");
            headersSent = true;
            ResponseStatus.WriteMetadata(http.Response.Headers, responseHeaders);
        }

        await http.Response.BodyWriter.FlushAsync(CancellationToken).ConfigureAwait(false);
    }
}
