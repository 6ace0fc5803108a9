using Grpc.Core;
using Grpc.Core.Internal;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Refuses, in HTTP's own terms, what is no gRPC request at all.</summary>
internal static class RequestCheck
{
    public static bool IsGrpcRequest(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && ProtocolHeaders.IsGrpcContentType(request.ContentType);

    /// <summary>False if the response is decided: 415 for another content type, 426 for HTTP/1.</summary>
    public static bool Accepts(HttpContext http)
    {
        if (!ProtocolHeaders.IsGrpcContentType(http.Request.ContentType))
        {
            Refuse(http.Response, StatusCodes.Status415UnsupportedMediaType, $"Content-Type '{http.Request.ContentType}' is not supported; expected '{ProtocolHeaders.ContentType}'.");
            return false;
        }

        if (!HttpProtocol.IsHttp2(http.Request.Protocol) && !HttpProtocol.IsHttp3(http.Request.Protocol))
        {
            http.Response.Headers.Upgrade = "h2c";
            Refuse(http.Response, StatusCodes.Status426UpgradeRequired, $"Protocol '{http.Request.Protocol}' is not supported; expected HTTP/2.");
            return false;
        }

        return true;
    }

    private static void Refuse(HttpResponse response, int httpStatus, string message)
    {
        response.StatusCode = httpStatus;
        ResponseStatus.Write(response.Headers, new Status(StatusCode.Internal, message), trailers: null);
    }
}
