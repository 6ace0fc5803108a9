using EdgeAgent.GrpcTests.Protos;
using EdgeAgent.GrpcTests.Support;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace EdgeAgent.GrpcTests;

/// <summary>How services are bound, made and mapped, and what the server refuses to handlers.</summary>
public sealed class ServerSemanticsTests
{
    [Fact]
    public async Task Endpoints_carry_method_attributes_and_names()
    {
        await using var server = await TestServer.StartAsync(_ => { }, routes => routes.MapGrpcService<MarkedEcho>());

        var unary = server.Endpoints.Endpoints.Single(endpoint => endpoint.DisplayName == "gRPC - /edgeagent.test.v1.Echo/Unary");
        var chat = server.Endpoints.Endpoints.Single(endpoint => endpoint.DisplayName == "gRPC - /edgeagent.test.v1.Echo/Chat");

        Assert.Equal(typeof(MarkedEcho), unary.Metadata.GetMetadata<GrpcMethodMetadata>()!.ServiceType);
        Assert.Equal("Unary", unary.Metadata.GetMetadata<GrpcMethodMetadata>()!.Method.Name);
        Assert.Equal(MethodType.DuplexStreaming, chat.Metadata.GetMetadata<GrpcMethodMetadata>()!.Method.Type);
        Assert.Equal(["class", "method"], unary.Metadata.GetOrderedMetadata<AuthorizeAttribute>().Select(attribute => attribute.Policy));
        Assert.Equal(["class"], chat.Metadata.GetOrderedMetadata<AuthorizeAttribute>().Select(attribute => attribute.Policy));
        Assert.Equal(["POST"], unary.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods);
    }

    [Fact]
    public async Task Conventions_reach_every_method()
    {
        await using var server = await TestServer.StartAsync(_ => { }, routes => routes.MapGrpcService<MarkedEcho>().WithMetadata("convention"));

        var methods = server.Endpoints.Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is not null).ToList();

        Assert.Equal(5, methods.Count);
        Assert.All(methods, endpoint => Assert.Equal("convention", endpoint.Metadata.GetMetadata<string>()));
    }

    [Fact]
    public async Task Service_of_a_derived_class_is_made_with_scoped_services_and_disposed()
    {
        var log = new CallLog();
        await using var server = await TestServer.StartAsync(
            services => services.AddSingleton(log).AddScoped<ScopedThing>(),
            routes => routes.MapGrpcService<DisposableEcho>());
        var client = new Echo.EchoClient(server.Connect());

        await client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon();
        await client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon();

        await Liveness.Until(() => log.Disposed == 4);
        Assert.Equal(2, log.Things.Distinct().Count());
    }

    [Fact]
    public async Task Mapping_without_the_server_says_what_is_missing()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        var app = builder.Build();
        await using (app)
        {
            var error = Assert.Throws<InvalidOperationException>(() => app.MapGrpcService<EchoService>());
            Assert.Contains("AddGrpc", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Mapping_what_is_no_service_says_so()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestServer.StartAsync(_ => { }, routes => routes.MapGrpcService<CallLog>()));

        Assert.Contains(nameof(CallLog), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_write_at_the_same_time_is_refused()
    {
        var refused = new TaskCompletionSource<Exception?>();
        var service = new ScriptedEcho
        {
            OnExpand = async (_, responses, _) =>
            {
                // Larger than any buffer on the way, to a client that does not read.
                var large = new EchoReply { Payload = Google.Protobuf.ByteString.CopyFrom(new byte[4_000_000]) };
                var first = responses.WriteAsync(large);
                Assert.False(first.IsCompleted);
                refused.SetResult(await Record.ExceptionAsync(() => responses.WriteAsync(large)));
                await first;
            },
        };
        await using var server = await TestServer.ServeAsync(service);
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Expand(new EchoRequest());
        var error = Assert.IsType<InvalidOperationException>(await refused.Task.Soon());
        Assert.True(await call.ResponseStream.MoveNext().Soon());

        Assert.Contains("previous write is in progress", error.Message, StringComparison.Ordinal);
        Assert.False(await call.ResponseStream.MoveNext().Soon());
    }

    [Fact]
    public async Task Write_after_the_client_left_is_refused()
    {
        var refused = new TaskCompletionSource<Exception?>();
        var service = new ScriptedEcho
        {
            OnExpand = async (_, responses, context) =>
            {
                await responses.WriteAsync(new EchoReply());
                await Liveness.Until(() => context.CancellationToken.IsCancellationRequested);
                refused.SetResult(await Record.ExceptionAsync(() => responses.WriteAsync(new EchoReply())));
            },
        };
        await using var server = await TestServer.ServeAsync(service);
        var client = new Echo.EchoClient(server.Connect());

        using (var call = client.Expand(new EchoRequest()))
            Assert.True(await call.ResponseStream.MoveNext().Soon());

        Assert.IsType<InvalidOperationException>(await refused.Task.Soon());
    }

    [Fact]
    public async Task Stream_kept_after_the_handler_is_refused()
    {
        IServerStreamWriter<EchoReply>? kept = null;
        var service = new ScriptedEcho
        {
            OnExpand = (_, responses, _) =>
            {
                kept = responses;
                return Task.CompletedTask;
            },
        };
        await using var server = await TestServer.ServeAsync(service);
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Expand(new EchoRequest());
        Assert.False(await call.ResponseStream.MoveNext().Soon());

        await Assert.ThrowsAsync<InvalidOperationException>(() => kept!.WriteAsync(new EchoReply()));
    }

    [Fact]
    public async Task Headers_go_once()
    {
        Exception? refused = null;
        var service = new ScriptedEcho
        {
            OnUnary = async (_, context) =>
            {
                await context.WriteResponseHeadersAsync([]);
                refused = await Record.ExceptionAsync(() => context.WriteResponseHeadersAsync([]));
                return new EchoReply();
            },
        };
        await using var server = await TestServer.ServeAsync(service);
        var client = new Echo.EchoClient(server.Connect());

        await client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon();

        Assert.IsType<InvalidOperationException>(refused);
    }

    [Fact]
    public async Task Handler_that_returns_nothing_ends_with_cancelled()
    {
        await using var server = await TestServer.ServeAsync(new ScriptedEcho { OnUnary = (_, _) => Task.FromResult<EchoReply>(null!) });
        var client = new Echo.EchoClient(server.Connect());

        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
    }

    [Fact]
    public async Task Call_is_known_to_middleware()
    {
        string? method = null;
        await using var server = await TestServer.StartAsync(
            services => services.AddSingleton(new ScriptedEcho
            {
                OnUnary = (_, context) =>
                {
                    method = context.GetHttpContext().Features.Get<IServerCallContextFeature>()!.ServerCallContext.Method;
                    return Task.FromResult(new EchoReply());
                },
            }),
            routes => routes.MapGrpcService<ScriptedEcho>());
        var client = new Echo.EchoClient(server.Connect());

        await client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon();

        Assert.Equal("/edgeagent.test.v1.Echo/Unary", method);
    }

    internal sealed class CallLog
    {
        private int disposed;

        public int Disposed => Volatile.Read(ref disposed);

        public List<ScopedThing> Things { get; } = [];

        public void Dispose() => Interlocked.Increment(ref disposed);
    }

    internal sealed class ScopedThing(CallLog log) : IDisposable
    {
        public void Dispose() => log.Dispose();
    }

    internal abstract class MiddleEcho : Echo.EchoBase
    {
        public override Task<EchoReply> Unary(EchoRequest request, ServerCallContext context) => Task.FromResult(new EchoReply());
    }

    internal sealed class DisposableEcho(CallLog log, ScopedThing thing) : MiddleEcho, IAsyncDisposable
    {
        public override Task<EchoReply> Unary(EchoRequest request, ServerCallContext context)
        {
            log.Things.Add(thing);
            return base.Unary(request, context);
        }

        public ValueTask DisposeAsync()
        {
            log.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    [Authorize("class")]
    internal sealed class MarkedEcho : Echo.EchoBase
    {
        [Authorize("method")]
        public override Task<EchoReply> Unary(EchoRequest request, ServerCallContext context) => base.Unary(request, context);
    }
}
