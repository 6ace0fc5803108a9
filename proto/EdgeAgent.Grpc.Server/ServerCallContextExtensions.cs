using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

/// <summary>The way from a gRPC call to its HTTP request.</summary>
public static class ServerCallContextExtensions
{
    /// <summary>The HTTP request of the call. Throws <see cref="InvalidOperationException"/> for a context that is not the server's own.</summary>
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext)
    {
        ArgumentNullException.ThrowIfNull(serverCallContext);
        return serverCallContext is IHttpServerCall call
            ? call.HttpContext
            : throw new InvalidOperationException("This call context is not served over HTTP.");
    }
}
