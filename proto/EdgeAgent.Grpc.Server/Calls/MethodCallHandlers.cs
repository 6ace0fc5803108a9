using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>One request, one response.</summary>
internal sealed class UnaryCallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, MethodOptions options, ILogger logger, UnaryServerMethod<TRequest, TResponse> handler)
    : CallHandler<TRequest, TResponse>(method, options, logger)
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(HttpServerCall call)
    {
        var request = await call.ReadSingleAsync(Method.RequestMarshaller.ContextualDeserializer);
        EndWith(call, await handler(request, call));
    }
}

/// <summary>Many requests, one response.</summary>
internal sealed class ClientStreamingCallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, MethodOptions options, ILogger logger, ClientStreamingServerMethod<TRequest, TResponse> handler)
    : CallHandler<TRequest, TResponse>(method, options, logger)
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(HttpServerCall call)
    {
        var requests = new RequestStream<TRequest>(call, Method.RequestMarshaller.ContextualDeserializer);
        EndWith(call, await handler(requests, call));
    }
}

/// <summary>One request, many responses.</summary>
internal sealed class ServerStreamingCallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, MethodOptions options, ILogger logger, ServerStreamingServerMethod<TRequest, TResponse> handler)
    : CallHandler<TRequest, TResponse>(method, options, logger)
    where TRequest : class
    where TResponse : class
{
    protected override async Task InvokeAsync(HttpServerCall call)
    {
        var request = await call.ReadSingleAsync(Method.RequestMarshaller.ContextualDeserializer);
        await handler(request, new ResponseStream<TResponse>(call, Method.ResponseMarshaller.ContextualSerializer), call);
    }
}

/// <summary>Many requests, many responses.</summary>
internal sealed class DuplexStreamingCallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, MethodOptions options, ILogger logger, DuplexStreamingServerMethod<TRequest, TResponse> handler)
    : CallHandler<TRequest, TResponse>(method, options, logger)
    where TRequest : class
    where TResponse : class
{
    protected override Task InvokeAsync(HttpServerCall call) =>
        handler(
            new RequestStream<TRequest>(call, Method.RequestMarshaller.ContextualDeserializer),
            new ResponseStream<TResponse>(call, Method.ResponseMarshaller.ContextualSerializer),
            call);
}
