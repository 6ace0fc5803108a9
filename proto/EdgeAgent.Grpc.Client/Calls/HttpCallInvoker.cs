using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>Starts calls on a channel.</summary>
internal sealed class HttpCallInvoker(GrpcChannel channel) : CallInvoker
{
    private static readonly Func<object, Task<Metadata>> ResponseHeaders = static call => ((HttpClientCall)call).ReadHeadersAsync();
    private static readonly Func<object, Status> GetStatus = static call => ((HttpClientCall)call).GetStatus();
    private static readonly Func<object, Metadata> GetTrailers = static call => ((HttpClientCall)call).GetTrailers();
    private static readonly Action<object> Dispose = static call => ((HttpClientCall)call).Dispose();

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = StartWithMessage(method, host, options, request);
        var response = call.ReadSingleAsync(method.ResponseMarshaller.ContextualDeserializer);
        return new AsyncUnaryCall<TResponse>(response, ResponseHeaders, GetStatus, GetTrailers, Dispose, call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = StartWithMessage(method, host, options, request);
        var responses = new ClientResponseStream<TResponse>(call, method.ResponseMarshaller.ContextualDeserializer);
        return new AsyncServerStreamingCall<TResponse>(responses, ResponseHeaders, GetStatus, GetTrailers, Dispose, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var (call, requests) = StartWithStream(method, host, options);
        var response = call.ReadSingleAsync(method.ResponseMarshaller.ContextualDeserializer);
        return new AsyncClientStreamingCall<TRequest, TResponse>(requests, response, ResponseHeaders, GetStatus, GetTrailers, Dispose, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var (call, requests) = StartWithStream(method, host, options);
        var responses = new ClientResponseStream<TResponse>(call, method.ResponseMarshaller.ContextualDeserializer);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(requests, responses, ResponseHeaders, GetStatus, GetTrailers, Dispose, call);
    }

    private HttpClientCall StartWithMessage<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        var call = new HttpClientCall(channel, method, host, options);
        call.Start(new SingleMessageBody<TRequest>(request, method.RequestMarshaller.ContextualSerializer, channel.MaxSendMessageSize, call.Compression, call.WriteFlags));
        return call;
    }

    private (HttpClientCall Call, ClientRequestStream<TRequest> Requests) StartWithStream<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
        where TRequest : class
        where TResponse : class
    {
        var call = new HttpClientCall(channel, method, host, options);
        var body = new StreamBody();
        call.Start(body);
        return (call, new ClientRequestStream<TRequest>(call, body, method.RequestMarshaller.ContextualSerializer, channel.MaxSendMessageSize));
    }
}
