using EdgeAgent.GrpcTests.Protos;
using EdgeAgent.GrpcTests.Support;
using Grpc.Core;
using Grpc.Net.Client;

namespace EdgeAgent.GrpcTests;

/// <summary>What the client refuses, and what its options change.</summary>
public sealed class ClientSemanticsTests
{
    [Fact]
    public async Task Status_and_trailers_are_refused_before_the_end()
    {
        var release = new TaskCompletionSource();
        await using var server = await TestServer.ServeAsync(new ScriptedEcho
        {
            OnUnary = async (_, _) =>
            {
                await release.Task;
                return new EchoReply();
            },
        });
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.UnaryAsync(new EchoRequest());
        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
        release.SetResult();
        await call.ResponseAsync.Soon();

        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancellation_and_deadline_throw_as_the_channel_is_told(bool asOperationCanceled)
    {
        await using var server = await TestServer.ServeAsync(new EchoService());
        var client = new Echo.EchoClient(server.Connect(options => options.ThrowOperationCanceledOnCancellation = asOperationCanceled));
        var slow = new EchoRequest { DelayMs = 60_000 };
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        var cancelled = await Record.ExceptionAsync(() => client.UnaryAsync(slow, cancellationToken: source.Token).ResponseAsync.Soon());
        var late = await Record.ExceptionAsync(() => client.UnaryAsync(slow, deadline: DateTime.UtcNow.AddMilliseconds(200)).ResponseAsync.Soon());
        var ordinary = await Record.ExceptionAsync(() => client.UnaryAsync(new EchoRequest { StatusCode = 5 }).ResponseAsync.Soon());

        Assert.Equal(asOperationCanceled, cancelled is OperationCanceledException);
        Assert.Equal(asOperationCanceled, late is OperationCanceledException);
        Assert.Equal(StatusCode.DeadlineExceeded, Assert.IsType<RpcException>(late is OperationCanceledException ? late.InnerException : late).StatusCode);
        Assert.Equal(StatusCode.NotFound, Assert.IsType<RpcException>(ordinary).StatusCode);
    }

    [Fact]
    public async Task Disposing_the_channel_ends_its_calls()
    {
        await using var server = await TestServer.ServeAsync(new EchoService());
        var channel = server.Connect();
        var client = new Echo.EchoClient(channel);
        using var call = client.Chat();
        await call.RequestStream.WriteAsync(new EchoRequest()).Soon();
        Assert.True(await call.ResponseStream.MoveNext().Soon());

        channel.Dispose();
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Soon());

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.Throws<ObjectDisposedException>(() => client.UnaryAsync(new EchoRequest()));
    }

    [Fact]
    public async Task Writes_after_completion_and_reads_at_the_same_time_are_refused()
    {
        await using var server = await TestServer.ServeAsync(new EchoService());
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Chat();
        var read = call.ResponseStream.MoveNext();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.ResponseStream.MoveNext());
        await call.RequestStream.CompleteAsync().Soon();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new EchoRequest()));

        Assert.False(await read.Soon());
    }

    [Fact]
    public async Task Call_credentials_add_headers_over_tls()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), Security.MutualTls);
        AuthInterceptorContext? asked = null;
        var credentials = CallCredentials.FromInterceptor((context, metadata) =>
        {
            asked = context;
            metadata.Add("token", "secret");
            return Task.CompletedTask;
        });
        var more = CallCredentials.FromInterceptor((_, metadata) =>
        {
            metadata.Add("more", "too");
            return Task.CompletedTask;
        });
        var client = new Echo.EchoClient(server.Connect(options => options.Credentials = ChannelCredentials.Create(ChannelCredentials.SecureSsl, credentials)));

        using var call = client.UnaryAsync(new EchoRequest { EchoHeaders = { "token", "more" } }, new CallOptions(credentials: more));
        await call.ResponseAsync.Soon();

        Assert.Equal("secret", call.GetTrailers().GetValue("echo-token"));
        Assert.Equal("too", call.GetTrailers().GetValue("echo-more"));
        Assert.Equal("Unary", asked!.MethodName);
        Assert.EndsWith("/edgeagent.test.v1.Echo", asked.ServiceUrl, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_credentials_stay_home_without_tls()
    {
        await using var server = await TestServer.ServeAsync(new EchoService());
        var credentials = CallCredentials.FromInterceptor((_, metadata) =>
        {
            metadata.Add("token", "secret");
            return Task.CompletedTask;
        });
        var careful = new Echo.EchoClient(server.Connect());
        var careless = new Echo.EchoClient(server.Connect(options => options.UnsafeUseInsecureChannelCallCredentials = true));

        using var silent = careful.UnaryAsync(new EchoRequest { EchoHeaders = { "token" } }, new CallOptions(credentials: credentials));
        await silent.ResponseAsync.Soon();
        using var talkative = careless.UnaryAsync(new EchoRequest { EchoHeaders = { "token" } }, new CallOptions(credentials: credentials));
        await talkative.ResponseAsync.Soon();

        Assert.Null(silent.GetTrailers().Get("echo-token"));
        Assert.Equal("secret", talkative.GetTrailers().GetValue("echo-token"));
    }

    [Fact]
    public void Addresses_and_options_that_make_no_sense_are_refused()
    {
        using var http = new HttpClient();
        using var handler = new SocketsHttpHandler();

        Assert.Throws<ArgumentException>(() => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpClient = http, HttpHandler = handler }));
        Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { Credentials = ChannelCredentials.SecureSsl }));
        Assert.Throws<ArgumentException>(() => new Metadata { { "bad key", "value" } });
        Assert.Throws<ArgumentException>(() => new Metadata { { "text", [1] } });
        Assert.Throws<ArgumentException>(() => new Metadata { { "bytes-bin", "text" } });
    }

    [Fact]
    public async Task Client_without_a_channel_and_http_client_in_place_of_a_handler()
    {
        await using var server = await TestServer.ServeAsync(new EchoService());
        using var http = new HttpClient(server.Handler());
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { HttpClient = http });

        Assert.Equal(new EchoReply(), await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.Soon());
        Assert.Throws<NotImplementedException>(() => new DoubledEcho().Unary(new EchoRequest()));
    }

    private sealed class DoubledEcho : Echo.EchoClient;
}
