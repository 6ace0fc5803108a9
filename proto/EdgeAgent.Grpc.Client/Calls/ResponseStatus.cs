using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Core.Internal;

namespace Grpc.Net.Client.Internal;

/// <summary>Reads how a call ended out of response headers and trailers.</summary>
internal static class ResponseStatus
{
    /// <summary>The status that these headers or trailers hold, or null if they hold none.</summary>
    public static Status? Find(HttpHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues(ProtocolHeaders.Status, out var codes))
            return null;
        var text = codes.ToString();
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            return new Status(StatusCode.Unknown, $"Unexpected {ProtocolHeaders.Status} '{text}'; expected a number.");
        var detail = headers.NonValidated.TryGetValues(ProtocolHeaders.Message, out var messages) ? PercentEncoding.Decode(messages.ToString()) : "";
        return new Status((StatusCode)code, detail);
    }

    /// <summary>What is wrong with a response that is no gRPC response, or null if it is one.</summary>
    public static Status? Problem(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            return Find(response.Headers) is { StatusCode: not StatusCode.OK } said ? said : OfHttp(response.StatusCode);
        if (response.Version.Major < 2)
            return new Status(StatusCode.Internal, $"Bad gRPC response: HTTP/{response.Version}; expected HTTP/2.");
        var contentType = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : null;
        if (!ProtocolHeaders.IsGrpcContentType(contentType))
            return new Status(StatusCode.Unknown, $"Bad gRPC response: content type '{contentType}'; expected '{ProtocolHeaders.ContentType}'.");
        return null;
    }

    /// <summary>Headers or trailers without those of the protocol itself. Throws <see cref="FormatException"/> for bytes that are no base64.</summary>
    public static Metadata Metadata(HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
            if (!ProtocolHeaders.IsReserved(name))
                foreach (var value in values)
                    MetadataCodec.Parse(name, value, metadata);
        return metadata;
    }

    // http-grpc-status-mapping.md of grpc/grpc: for answers of proxies and the like.
    private static Status OfHttp(HttpStatusCode http)
    {
        var code = http switch
        {
            HttpStatusCode.BadRequest => StatusCode.Internal,
            HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
            HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
            HttpStatusCode.NotFound => StatusCode.Unimplemented,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        };
        return new Status(code, $"Bad gRPC response: HTTP status {(int)http}.");
    }
}
