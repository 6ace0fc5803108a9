using EdgeAgent.GrpcTests.Protos;
using EdgeAgent.GrpcTests.Support;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace EdgeAgent.GrpcTests;

/// <summary>Interceptors of client and server, for each kind of call.</summary>
public sealed class InterceptorTests
{
    private static readonly Type LoggerType = typeof(ServerLogger);

    [Theory]
    [InlineData("unary")]
    [InlineData("blocking")]
    [InlineData("collect")]
    [InlineData("expand")]
    [InlineData("chat")]
    public async Task Every_kind_of_call_passes_all_interceptors_in_order(string kind)
    {
        var log = new List<string>();
        await using var server = await TestServer.StartAsync(
            services =>
            {
                services.AddSingleton(new EchoService()).AddSingleton(log);
                services.AddGrpc().AddServiceOptions<EchoService>(options => options.Interceptors.Add<ServerLogger>("service"));
            },
            routes => routes.MapGrpcService<EchoService>(),
            grpc: options =>
            {
                options.Interceptors.Add<ServerLogger>("first");
                options.Interceptors.Add(LoggerType, "second");
            });
        var invoker = server.Connect().Intercept(new ClientLogger("outer", log), new ClientLogger("inner", log));
        var client = new Echo.EchoClient(invoker.Intercept(metadata =>
        {
            metadata.Add("added", "yes");
            return metadata;
        }));

        var trailers = await CallAsync(client, kind);

        Assert.Equal(["outer", "inner", "first", "second", "service", "end service", "end second", "end first"], log);
        Assert.Equal("yes", trailers.GetValue("echo-added"));
    }

    [Fact]
    public async Task Interceptor_of_the_server_can_refuse_a_call()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), grpc: options => options.Interceptors.Add<Refusal>());
        var client = new Echo.EchoClient(server.Connect());

        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
    }

    [Fact]
    public async Task Registered_interceptor_is_shared_and_an_own_one_is_disposed()
    {
        Counted shared = new();
        await using var server = await TestServer.StartAsync(
            services => services.AddSingleton(new EchoService()).AddSingleton(shared),
            routes => routes.MapGrpcService<EchoService>(),
            grpc: options =>
            {
                options.Interceptors.Add<Counted>();
                options.Interceptors.Add<Owned>(shared);
            });
        var client = new Echo.EchoClient(server.Connect());

        await client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon();
        await client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon();

        await Liveness.Until(() => shared.Disposals == 2);
        Assert.Equal(2, shared.Calls);
    }

    [Fact]
    public void Only_interceptors_can_be_registered()
    {
        Assert.Throws<ArgumentException>(() => new InterceptorCollection().Add(typeof(string)));
    }

    private static async Task<Metadata> CallAsync(Echo.EchoClient client, string kind)
    {
        var request = new EchoRequest { Count = 1, EchoHeaders = { "added" } };
        switch (kind)
        {
            case "blocking":
                await Task.Run(() => client.Unary(request)).Soon();
                return new Metadata { { "echo-added", "yes" } };
            case "unary":
                using (var call = client.UnaryAsync(request))
                {
                    await call.ResponseAsync.Soon();
                    return call.GetTrailers();
                }

            case "collect":
                using (var call = client.Collect())
                {
                    await call.RequestStream.WriteAsync(request).Soon();
                    await call.RequestStream.CompleteAsync().Soon();
                    await call.ResponseAsync.Soon();
                    return call.GetTrailers();
                }

            case "expand":
                using (var call = client.Expand(request))
                {
                    while (await call.ResponseStream.MoveNext().Soon())
                    {
                    }

                    return call.GetTrailers();
                }

            default:
                using (var call = client.Chat())
                {
                    await call.RequestStream.WriteAsync(request).Soon();
                    await call.RequestStream.CompleteAsync().Soon();
                    while (await call.ResponseStream.MoveNext().Soon())
                    {
                    }

                    return call.GetTrailers();
                }
        }
    }

    private sealed class ClientLogger(string name, List<string> log) : Interceptor
    {
        public override TResponse BlockingUnaryCall<TRequest, TResponse>(TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            log.Add(name);
            return base.BlockingUnaryCall(request, context, continuation);
        }

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            log.Add(name);
            var call = continuation(request, context);
            return new AsyncUnaryCall<TResponse>(call.ResponseAsync, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
        }

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
        {
            log.Add(name);
            var call = continuation(request, context);
            return new AsyncServerStreamingCall<TResponse>(call.ResponseStream, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
        }

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
        {
            log.Add(name);
            var call = continuation(context);
            return new AsyncClientStreamingCall<TRequest, TResponse>(call.RequestStream, call.ResponseAsync, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
        }

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
        {
            log.Add(name);
            var call = continuation(context);
            return new AsyncDuplexStreamingCall<TRequest, TResponse>(call.RequestStream, call.ResponseStream, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
        }
    }

    private sealed class ServerLogger(string name, List<string> log) : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            log.Add(name);
            var response = await base.UnaryServerHandler(request, context, continuation);
            log.Add("end " + name);
            return response;
        }

        public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
        {
            log.Add(name);
            var response = await base.ClientStreamingServerHandler(requestStream, context, continuation);
            log.Add("end " + name);
            return response;
        }

        public override async Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            log.Add(name);
            await base.ServerStreamingServerHandler(request, responseStream, context, continuation);
            log.Add("end " + name);
        }

        public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        {
            log.Add(name);
            await base.DuplexStreamingServerHandler(requestStream, responseStream, context, continuation);
            log.Add("end " + name);
        }
    }

    private sealed class Refusal : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            throw new RpcException(new Status(StatusCode.Unauthenticated, "who are you?"));
    }

    private sealed class Counted : Interceptor
    {
        private int disposals;
        private int calls;

        public int Calls => Volatile.Read(ref calls);

        public int Disposals => Volatile.Read(ref disposals);

        public void Disposed() => Interlocked.Increment(ref disposals);

        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            Interlocked.Increment(ref calls);
            return continuation(request, context);
        }
    }

    private sealed class Owned(Counted log) : Interceptor, IDisposable
    {
        public void Dispose() => log.Disposed();
    }
}
