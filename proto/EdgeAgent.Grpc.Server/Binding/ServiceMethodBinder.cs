using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// Turns each method of a service type into something that serves HTTP requests. Generated code passes no handlers, only descriptions:
/// the implementation is found by name and parameters and bound as an open delegate, which takes the instance of each call as its first argument.
/// </summary>
internal sealed class ServiceMethodBinder<[DynamicallyAccessedMembers(ServiceAccess.Members)] TService>(MethodOptions options, ILogger logger) : ServiceBinderBase
    where TService : class
{
    private readonly List<BoundMethod> bound = [];

    public IReadOnlyList<BoundMethod> Bound => bound;

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var implementation = Implementation(method, typeof(TRequest), typeof(ServerCallContext));
        var open = implementation.CreateDelegate<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>();
        var pipeline = InterceptorPipeline.Build<TRequest, TResponse>(options.Interceptors, async (request, context) =>
        {
            await using var lease = ServiceLease<TService>.Take(context);
            return await open(lease.Service, request, context);
        });
        Add(method, implementation, new UnaryCallHandler<TRequest, TResponse>(method, options, logger, pipeline).HandleAsync);
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var implementation = Implementation(method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        var open = implementation.CreateDelegate<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>();
        var pipeline = InterceptorPipeline.Build<TRequest, TResponse>(options.Interceptors, async (requests, context) =>
        {
            await using var lease = ServiceLease<TService>.Take(context);
            return await open(lease.Service, requests, context);
        });
        Add(method, implementation, new ClientStreamingCallHandler<TRequest, TResponse>(method, options, logger, pipeline).HandleAsync);
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var implementation = Implementation(method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        var open = implementation.CreateDelegate<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>();
        var pipeline = InterceptorPipeline.Build<TRequest, TResponse>(options.Interceptors, async (request, responses, context) =>
        {
            await using var lease = ServiceLease<TService>.Take(context);
            await open(lease.Service, request, responses, context);
        });
        Add(method, implementation, new ServerStreamingCallHandler<TRequest, TResponse>(method, options, logger, pipeline).HandleAsync);
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var implementation = Implementation(method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        var open = implementation.CreateDelegate<Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>();
        var pipeline = InterceptorPipeline.Build<TRequest, TResponse>(options.Interceptors, async (requests, responses, context) =>
        {
            await using var lease = ServiceLease<TService>.Take(context);
            await open(lease.Service, requests, responses, context);
        });
        Add(method, implementation, new DuplexStreamingCallHandler<TRequest, TResponse>(method, options, logger, pipeline).HandleAsync);
    }

    private void Add(IMethod method, MethodInfo implementation, RequestDelegate serve) =>
        bound.Add(new BoundMethod(
            method,
            serve,
            [.. typeof(TService).GetCustomAttributes(inherit: true), .. implementation.GetCustomAttributes(inherit: true), new GrpcMethodMetadata(typeof(TService), method)]));

    private static MethodInfo Implementation(IMethod method, params Type[] parameters) =>
        typeof(TService).GetMethod(method.Name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, parameters, null)
        ?? throw new InvalidOperationException($"{typeof(TService)} has no method {method.Name} for {method.FullName}.");
}
