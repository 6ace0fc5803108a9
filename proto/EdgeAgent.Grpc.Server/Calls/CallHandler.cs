using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Serves the calls of one method: from the accepted HTTP request to the end of the call.</summary>
internal abstract class CallHandler<TRequest, TResponse>(Method<TRequest, TResponse> method, MethodOptions options, ILogger logger)
    where TRequest : class
    where TResponse : class
{
    protected Method<TRequest, TResponse> Method => method;

    public async Task HandleAsync(HttpContext http)
    {
        if (!RequestCheck.Accepts(http))
            return;

        var call = new HttpServerCall(http, method, options, logger);
        http.Features.Set<IServerCallContextFeature>(call);
        LiftHttpLimits(http);
        try
        {
            call.Begin();
            await InvokeAsync(call);
            call.End();
        }
        catch (Exception error)
        {
            call.Fail(error);
        }

        await call.DisposeAsync();
    }

    protected abstract Task InvokeAsync(HttpServerCall call);

    /// <summary>Ends a unary or client-streaming call with its response: both or, if the deadline was first, neither.</summary>
    protected void EndWith(HttpServerCall call, TResponse? response)
    {
        if (response is null)
            throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));
        lock (call.Gate)
        {
            if (!call.HasEnded && call.Status.StatusCode == StatusCode.OK)
                call.Append(response, method.ResponseMarshaller.ContextualSerializer, call.WriteOptions?.Flags ?? default);
            call.End();
        }
    }

    // The message limits bound a request; a stream may be silent for as long as it likes.
    private void LiftHttpLimits(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (method.Type is MethodType.ClientStreaming or MethodType.DuplexStreaming
            && http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
