using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>
/// The status of a call whose transport failed. Whatever happens to the connection is Unavailable: another try may work.
/// A reset of the one stream keeps the meaning of its HTTP/2 code (PROTOCOL-HTTP2.md of grpc/grpc, "Errors").
/// </summary>
internal static class TransportFailure
{
    // The runtime throws one type for both; only the text tells a stream from a connection. The second form is that of trimmed applications
    // without resources.
    private const string StreamReset = "reset the stream";
    private const string StreamResetResource = "net_http_http2_stream_error";

    public static Status ToStatus(Exception error)
    {
        StatusCode? general = null;
        for (var current = error; current is not null; current = current.InnerException)
        {
            if (current is RpcException rpc)
                return rpc.Status;
            if (current is HttpProtocolException protocol)
                return new Status(IsStreamReset(protocol) ? OfReset(protocol.ErrorCode) : StatusCode.Unavailable, Describe(error), error);
            general ??= General(current);
        }

        return new Status(general ?? StatusCode.Internal, Describe(error), error);
    }

    private static StatusCode? General(Exception error) => error switch
    {
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError
                or HttpRequestError.ResponseEnded
        } => StatusCode.Unavailable,

        // A connection that ends before the server's settings have come is told without a kind and without a cause.
        HttpRequestException { HttpRequestError: HttpRequestError.Unknown, InnerException: null } => StatusCode.Unavailable,
        IOException or SocketException or AuthenticationException => StatusCode.Unavailable,

        // Whoever cancels a call ends it before the transport hears of it: what comes from there is a connection that took too long to make,
        // or one that was given up under a request.
        OperationCanceledException => StatusCode.Unavailable,
        _ => null,
    };

    private static bool IsStreamReset(HttpProtocolException error) =>
        error.Message.Contains(StreamReset, StringComparison.Ordinal) || error.Message.Contains(StreamResetResource, StringComparison.Ordinal);

    private static StatusCode OfReset(long http2Code) => http2Code switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };

    private static string Describe(Exception error)
    {
        var text = $"{error.GetType().Name}: {error.Message}";
        for (var inner = error.InnerException; inner is not null; inner = inner.InnerException)
            text += $" {inner.GetType().Name}: {inner.Message}";
        return text;
    }
}
