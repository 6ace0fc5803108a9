using System.Net;
using Grpc.Core;
using Grpc.Core.Internal;

namespace Grpc.Net.Client.Internal;

// The HTTP request of a call.
internal sealed partial class HttpClientCall
{
    private async ValueTask<HttpRequestMessage> BuildRequestAsync(RequestBody requestBody)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, channel.UriOf(method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = requestBody,
        };
        var headers = request.Headers;
        if (host is not null)
            headers.Host = host;
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation(ProtocolHeaders.AcceptEncoding, ProtocolHeaders.AcceptedEncodings);
        if (Compression is not null)
            headers.TryAddWithoutValidation(ProtocolHeaders.Encoding, ProtocolHeaders.Gzip);
        if (deadline != DateTime.MaxValue)
            headers.TryAddWithoutValidation(ProtocolHeaders.Timeout, TimeoutEncoding.Encode(deadline - DateTime.UtcNow));
        AddMetadata(request, options.Headers);

        if (channel.CallCredentials is not null)
            await AddCredentialsAsync(request, channel.CallCredentials).ConfigureAwait(false);
        if (options.Credentials is not null && channel.SendsCallCredentials)
            await AddCredentialsAsync(request, options.Credentials).ConfigureAwait(false);
        else if (options.Credentials is not null)
            ClientLog.CredentialsNotSent(channel.Logger, method.FullName);

        if (!headers.NonValidated.Contains("user-agent"))
            headers.TryAddWithoutValidation("user-agent", GrpcChannel.UserAgent);
        return request;
    }

    private async Task AddCredentialsAsync(HttpRequestMessage request, CallCredentials credentials)
    {
        var url = $"{channel.Address.Scheme}://{host ?? channel.Address.Authority}/{method.ServiceName}";
        var metadata = new Metadata();
        await credentials.AddAsync(new AuthInterceptorContext(url, method.Name, token), metadata).ConfigureAwait(false);
        AddMetadata(request, metadata);
    }

    private static void AddMetadata(HttpRequestMessage request, Metadata? metadata)
    {
        foreach (var entry in metadata ?? Metadata.Empty)
            if (!ProtocolHeaders.IsReserved(entry.Key))
                request.Headers.TryAddWithoutValidation(entry.Key, MetadataCodec.Format(entry));
    }
}
