namespace Grpc.Net.Client.Internal;

/// <summary>What a channel sends its requests with.</summary>
internal static class Transport
{
    /// <summary>The given client or handler, or a handler of the channel's own; and whether the channel disposes it.</summary>
    public static (HttpMessageInvoker Http, bool Owned) Of(Uri address, GrpcChannelOptions options)
    {
        if (options.HttpClient is not null && options.HttpHandler is not null)
            throw new ArgumentException("Give an HttpClient or an HttpHandler, not both.", nameof(options));
        if (options.HttpClient is { } client)
            return (client, options.DisposeHttpClient);
        if (options.HttpHandler is { } handler)
            return (new HttpMessageInvoker(handler, options.DisposeHttpClient), true);

        return (new HttpMessageInvoker(Default(address)), true);
    }

    private static SocketsHttpHandler Default(Uri address) => new()
    {
        EnableMultipleHttp2Connections = true,
        // HTTP/2 without TLS passes no proxy.
        UseProxy = address.Scheme == Uri.UriSchemeHttps,
    };
}
