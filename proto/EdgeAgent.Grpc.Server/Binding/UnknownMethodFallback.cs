using Grpc.Core;
using Grpc.Core.Internal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// Ends gRPC calls that no service serves with UNIMPLEMENTED, and requests of a method in another way than POST with 405. All others stay with the
/// rest of the application. One for an application.
/// </summary>
internal sealed class UnknownMethodFallback(ILoggerFactory loggers)
{
    private readonly ILogger logger = loggers.CreateLogger(ServerLog.Category);
    private readonly HashSet<string> methods = new(StringComparer.OrdinalIgnoreCase);
    private bool mapped;

    /// <summary>Adds the path of a method that is served.</summary>
    public void Know(IMethod method) => methods.Add(method.FullName);

    public void MapOnce(IEndpointRouteBuilder routes)
    {
        if (Interlocked.Exchange(ref mapped, true))
            return;
        var pattern = RoutePatternFactory.Parse(
            "{unknownService}/{unknownMethod}",
            defaults: null,
            parameterPolicies: new RouteValueDictionary { ["unknownMethod"] = new RequestConstraint(methods) });
        routes.Map(pattern, ServeAsync)
            .Add(endpoint =>
            {
                endpoint.DisplayName = "gRPC - unknown method";
                ((RouteEndpointBuilder)endpoint).Order = int.MaxValue;
            });
    }

    private Task ServeAsync(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = HttpMethods.Post;
            return Task.CompletedTask;
        }

        if (!RequestCheck.Accepts(http))
            return Task.CompletedTask;
        ServerLog.UnknownMethod(logger, http.Request.Path);
        http.Response.ContentType = ProtocolHeaders.ContentType;
        ResponseStatus.Write(http.Response.Headers, new Status(StatusCode.Unimplemented, $"Method {http.Request.Path} is unimplemented."), trailers: null);
        return Task.CompletedTask;
    }

    private sealed class RequestConstraint(HashSet<string> methods) : IRouteConstraint
    {
        public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            httpContext is { Request: var request }
            && (RequestCheck.IsGrpcRequest(request) || (!HttpMethods.IsPost(request.Method) && methods.Contains(request.Path.Value ?? "")));
    }
}
