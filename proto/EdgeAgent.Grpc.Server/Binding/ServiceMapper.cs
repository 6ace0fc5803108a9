using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Gives each method of a service its route.</summary>
internal static class ServiceMapper
{
    private static readonly string[] Post = ["POST"];

    public static IReadOnlyList<IEndpointConventionBuilder> Map<[DynamicallyAccessedMembers(ServiceAccess.Members)] TService>(IEndpointRouteBuilder routes)
        where TService : class
    {
        var services = routes.ServiceProvider;
        var fallback = services.GetService<UnknownMethodFallback>()
            ?? throw new InvalidOperationException("The gRPC server was not added: call AddGrpc() on the application's services.");

        var options = MethodOptions.Resolve<TService>(services);
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(ServerLog.Category);
        var binder = new ServiceMethodBinder<TService>(options, logger);
        BindMethodFinder.Bind(typeof(TService), binder);
        foreach (var method in binder.Bound)
            fallback.Know(method.Method);
        if (!options.IgnoreUnknownServices)
            fallback.MapOnce(routes);
        return [.. binder.Bound.Select(method => Map(routes, method))];
    }

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes, BoundMethod bound)
    {
        var route = routes.Map(RoutePatternFactory.Parse(bound.Method.FullName), bound.Serve);
        route.Add(endpoint =>
        {
            endpoint.DisplayName = $"gRPC - {bound.Method.FullName}";
            foreach (var attribute in bound.Attributes)
                endpoint.Metadata.Add(attribute);
            endpoint.Metadata.Add(new HttpMethodMetadata(Post, acceptCorsPreflight: true));
        });
        return route;
    }
}
