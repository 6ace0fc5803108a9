using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

/// <summary>The way from a gRPC call to its HTTP request.</summary>
public static class ServerCallContextExtensions
{
    private const string HttpContextKey = "__HttpContext";

    /// <summary>
    /// The HTTP request of the call. A test double may keep it in <see cref="ServerCallContext.UserState"/> under <c>__HttpContext</c>.
    /// Throws <see cref="InvalidOperationException"/> if the call has none.
    /// </summary>
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext)
    {
        ArgumentNullException.ThrowIfNull(serverCallContext);
        if (serverCallContext is IHttpServerCall call)
            return call.HttpContext;
        return serverCallContext.UserState.TryGetValue(HttpContextKey, out var value) && value is HttpContext http
            ? http
            : throw new InvalidOperationException("This call context is not served over HTTP.");
    }
}
