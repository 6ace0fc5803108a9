using EdgeAgent.GrpcTests.Protos;
using EdgeAgent.GrpcTests.Support;
using Grpc.Core;

namespace EdgeAgent.GrpcTests;

public abstract partial class BehaviourTests
{
    [Fact]
    public async Task Deadline_ends_the_call_and_cancels_the_handler()
    {
        var service = new EchoService();
        await using var server = await TestServer.ServeAsync(service, security);
        var client = new Echo.EchoClient(server.Connect());

        // A first call, so that the connection is there and the deadline reaches the server.
        await client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon();
        var error = await Assert.ThrowsAsync<RpcException>(
            () => client.UnaryAsync(new EchoRequest { DelayMs = 60_000 }, deadline: DateTime.UtcNow.AddMilliseconds(300)).ResponseAsync.Soon());

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await Liveness.Until(() => service.Cancelled == 1);
    }

    [Fact]
    public async Task Deadline_in_the_past_sends_nothing()
    {
        var called = false;
        var service = new ScriptedEcho
        {
            OnUnary = (_, _) =>
            {
                called = true;
                return Task.FromResult(new EchoReply());
            },
        };
        await using var server = await TestServer.ServeAsync(service, security);
        var client = new Echo.EchoClient(server.Connect());

        var error = await Assert.ThrowsAsync<RpcException>(
            () => client.UnaryAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddSeconds(-1)).ResponseAsync.Soon());

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.False(called);
    }

    [Fact]
    public async Task Deadline_that_is_met_changes_nothing()
    {
        DateTime seen = default;
        var service = new ScriptedEcho
        {
            OnUnary = (_, context) =>
            {
                seen = context.Deadline;
                return Task.FromResult(new EchoReply());
            },
        };
        await using var server = await TestServer.ServeAsync(service, security);
        var client = new Echo.EchoClient(server.Connect());
        var deadline = DateTime.UtcNow.AddMinutes(5);

        await client.UnaryAsync(new EchoRequest(), deadline: deadline).ResponseAsync.Soon();

        Assert.InRange(seen, deadline.AddSeconds(-1), deadline.AddMinutes(1));
    }

    [Fact]
    public async Task Deadline_ends_a_stream()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Expand(new EchoRequest { Count = int.MaxValue, DelayMs = 1 }, deadline: DateTime.UtcNow.AddMilliseconds(400));
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext().Soon())
            {
            }
        });

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.Equal(StatusCode.DeadlineExceeded, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Cancelling_a_call_cancels_the_handler()
    {
        var service = new EchoService();
        await using var server = await TestServer.ServeAsync(service, security);
        var client = new Echo.EchoClient(server.Connect());
        await client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon();

        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var error = await Assert.ThrowsAsync<RpcException>(
            () => client.UnaryAsync(new EchoRequest { DelayMs = 60_000 }, cancellationToken: source.Token).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        await Liveness.Until(() => service.Cancelled == 1);
    }

    [Fact]
    public async Task Token_that_is_cancelled_already_sends_nothing()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        var client = new Echo.EchoClient(server.Connect());

        var error = await Assert.ThrowsAsync<RpcException>(
            () => client.UnaryAsync(new EchoRequest(), cancellationToken: new CancellationToken(true)).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
    }
}
