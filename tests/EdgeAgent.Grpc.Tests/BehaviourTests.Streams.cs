using EdgeAgent.GrpcTests.Protos;
using EdgeAgent.GrpcTests.Support;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeAgent.GrpcTests;

public abstract partial class BehaviourTests
{
    [Fact]
    public async Task Server_stream()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Expand(new EchoRequest { Count = 1000, Payload = ByteString.CopyFromUtf8("x") });
        var indexes = new List<int>();
        while (await call.ResponseStream.MoveNext().Soon())
            indexes.Add(call.ResponseStream.Current.Index);

        Assert.Equal(Enumerable.Range(0, 1000), indexes);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.False(await call.ResponseStream.MoveNext().Soon());
    }

    [Fact]
    public async Task Server_stream_that_fails_after_three_messages()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Expand(new EchoRequest { Count = 3, StatusCode = (int)StatusCode.Aborted, StatusMessage = "enough" });
        for (var i = 0; i < 3; i++)
            Assert.True(await call.ResponseStream.MoveNext().Soon());
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Soon());

        Assert.Equal(StatusCode.Aborted, error.StatusCode);
        Assert.Equal("enough", call.GetStatus().Detail);
    }

    [Fact]
    public async Task Token_of_a_read_cancels_the_call()
    {
        var gone = new TaskCompletionSource();
        var service = new ScriptedEcho
        {
            OnExpand = async (_, responses, context) =>
            {
                await responses.WriteAsync(new EchoReply());
                context.CancellationToken.Register(gone.SetResult);
                await gone.Task;
            },
        };
        await using var server = await TestServer.ServeAsync(service, security);
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Expand(new EchoRequest());
        Assert.True(await call.ResponseStream.MoveNext().Soon());
        using var source = new CancellationTokenSource();
        var read = call.ResponseStream.MoveNext(source.Token);
        Assert.False(read.IsCompleted);
        await source.CancelAsync();
        var error = await Assert.ThrowsAsync<RpcException>(() => read.Soon());

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        await gone.Task.Soon();
    }

    [Fact]
    public async Task Twenty_megabytes_of_client_stream()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        var client = new Echo.EchoClient(server.Connect());
        var chunk = new EchoRequest { Payload = ByteString.CopyFrom(new byte[1024 * 1024]) };

        using var call = client.Collect();
        for (var i = 0; i < 20; i++)
            await call.RequestStream.WriteAsync(chunk).Soon();
        await call.RequestStream.CompleteAsync().Soon();
        var reply = await call.ResponseAsync.Soon();

        Assert.Equal(20, reply.Messages);
        Assert.Equal(20L * 1024 * 1024, reply.Bytes);
    }

    [Fact]
    public async Task Client_stream_that_the_server_ends_early()
    {
        var service = new ScriptedEcho { OnCollect = (_, _) => throw new RpcException(new Status(StatusCode.PermissionDenied, "no")) };
        await using var server = await TestServer.ServeAsync(service, security);
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Collect();
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soon());
        var writeError = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new EchoRequest()).Soon());

        Assert.Equal(StatusCode.PermissionDenied, error.StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, writeError.StatusCode);
    }

    [Fact]
    public async Task Duplex_ping_pong()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Chat();
        for (var i = 0; i < 100; i++)
        {
            await call.RequestStream.WriteAsync(Text($"m{i}")).Soon();
            Assert.True(await call.ResponseStream.MoveNext().Soon());
            Assert.Equal($"m{i}", call.ResponseStream.Current.Payload.ToStringUtf8());
        }

        await call.RequestStream.CompleteAsync().Soon();
        Assert.False(await call.ResponseStream.MoveNext().Soon());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Duplex_response_before_the_first_request()
    {
        var service = new ScriptedEcho
        {
            OnChat = async (requests, responses, context) =>
            {
                await responses.WriteAsync(new EchoReply { Index = 7 });
                await requests.MoveNext();
            },
        };
        await using var server = await TestServer.ServeAsync(service, security);
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Chat();
        Assert.True(await call.ResponseStream.MoveNext().Soon());
        Assert.Equal(7, call.ResponseStream.Current.Index);
        await call.RequestStream.CompleteAsync().Soon();
        Assert.False(await call.ResponseStream.MoveNext().Soon());
    }

    [Fact]
    public async Task Duplex_error()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Chat();
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            // The server may be done with the call before its writer is, who is then told the same.
            await call.RequestStream.WriteAsync(new EchoRequest { StatusCode = (int)StatusCode.OutOfRange, StatusMessage = "bad" }).Soon();
            await call.ResponseStream.MoveNext().Soon();
        });

        Assert.Equal(StatusCode.OutOfRange, error.StatusCode);
        Assert.Equal(StatusCode.OutOfRange, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Disposing_a_duplex_call_cancels_the_handler()
    {
        var service = new EchoService();
        await using var server = await TestServer.ServeAsync(service, security);
        var client = new Echo.EchoClient(server.Connect());

        var call = client.Chat();
        await call.RequestStream.WriteAsync(new EchoRequest()).Soon();
        Assert.True(await call.ResponseStream.MoveNext().Soon());
        call.Dispose();
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Soon());

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
        await Liveness.Until(() => service.Cancelled == 1);
    }
}
