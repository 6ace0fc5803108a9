using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Puts the interceptors before a handler, once for each method; the first registered is the outermost.</summary>
internal static class InterceptorPipeline
{
    public static UnaryServerMethod<TRequest, TResponse> Build<TRequest, TResponse>(IReadOnlyList<InterceptorRegistration> interceptors, UnaryServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class =>
        interceptors.Reverse().Aggregate(handler, (next, registration) => async (request, context) =>
        {
            await using var lease = InterceptorLease.Take(registration, context);
            return await lease.Interceptor.UnaryServerHandler(request, context, next);
        });

    public static ClientStreamingServerMethod<TRequest, TResponse> Build<TRequest, TResponse>(IReadOnlyList<InterceptorRegistration> interceptors, ClientStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class =>
        interceptors.Reverse().Aggregate(handler, (next, registration) => async (requests, context) =>
        {
            await using var lease = InterceptorLease.Take(registration, context);
            return await lease.Interceptor.ClientStreamingServerHandler(requests, context, next);
        });

    public static ServerStreamingServerMethod<TRequest, TResponse> Build<TRequest, TResponse>(IReadOnlyList<InterceptorRegistration> interceptors, ServerStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class =>
        interceptors.Reverse().Aggregate(handler, (next, registration) => async (request, responses, context) =>
        {
            await using var lease = InterceptorLease.Take(registration, context);
            await lease.Interceptor.ServerStreamingServerHandler(request, responses, context, next);
        });

    public static DuplexStreamingServerMethod<TRequest, TResponse> Build<TRequest, TResponse>(IReadOnlyList<InterceptorRegistration> interceptors, DuplexStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class =>
        interceptors.Reverse().Aggregate(handler, (next, registration) => async (requests, responses, context) =>
        {
            await using var lease = InterceptorLease.Take(registration, context);
            await lease.Interceptor.DuplexStreamingServerHandler(requests, responses, context, next);
        });
}
