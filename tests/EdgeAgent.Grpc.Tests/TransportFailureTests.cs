using System.Net;
using System.Net.Sockets;
using EdgeAgent.GrpcTests.Protos;
using EdgeAgent.GrpcTests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Internal;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeAgent.GrpcTests;

/// <summary>What becomes of calls when connections and streams break.</summary>
public sealed class TransportFailureTests
{
    [Theory]
    [InlineData(0x1, StatusCode.Internal)]
    [InlineData(0x2, StatusCode.Internal)]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0xb, StatusCode.ResourceExhausted)]
    [InlineData(0xc, StatusCode.PermissionDenied)]
    public async Task Reset_of_the_stream_keeps_its_meaning(int http2Code, StatusCode expected)
    {
        await using var server = await TestServer.ServeAsync(new ScriptedEcho
        {
            OnExpand = async (_, responses, context) =>
            {
                await responses.WriteAsync(new EchoReply());
                context.GetHttpContext().Features.Get<IHttpResetFeature>()!.Reset(http2Code);
            },
        });
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Expand(new EchoRequest());
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext().Soon())
            {
            }
        });

        Assert.Equal(expected, error.StatusCode);
    }

    [Fact]
    public async Task Loss_of_the_connection_within_a_call_is_unavailable_and_the_next_call_reconnects()
    {
        await using var server = await TestServer.ServeAsync(new ScriptedEcho
        {
            OnExpand = async (_, responses, context) =>
            {
                await responses.WriteAsync(new EchoReply());
                context.GetHttpContext().Features.Get<IConnectionLifetimeFeature>()!.Abort();
            },
            OnUnary = (_, _) => Task.FromResult(new EchoReply()),
        });
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Expand(new EchoRequest());
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext().Soon())
            {
            }
        });

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        await client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon();
    }

    [Fact]
    public async Task Server_that_stops_answering_pings_is_unavailable()
    {
        using var mute = new FakeHttp2Server(FakeHttp2Server.Settings);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            KeepAlivePingDelay = TimeSpan.FromSeconds(1),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        using var channel = GrpcChannel.ForAddress(mute.Address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });

        var error = await Assert.ThrowsAsync<RpcException>(() => new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Fact]
    public async Task Connection_that_takes_too_long_to_make_is_unavailable_with_the_reason()
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromMilliseconds(100),
            ConnectCallback = static async (_, cancellation) =>
            {
                await Task.Delay(Timeout.Infinite, cancellation);
                return Stream.Null;
            },
        };
        using var channel = GrpcChannel.ForAddress("http://127.0.0.1:1", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, ThrowOperationCanceledOnCancellation = true });

        var error = await Assert.ThrowsAsync<RpcException>(() => new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Contains("ConnectTimeout", error.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Writer_who_loses_the_connection_is_told_that_it_is_unavailable(bool afterAnAnswer)
    {
        await using var server = await TestServer.ServeAsync(new ScriptedEcho
        {
            OnChat = async (requests, responses, context) =>
            {
                await requests.MoveNext();
                if (afterAnAnswer)
                    await responses.WriteAsync(new EchoReply());
                context.GetHttpContext().Features.Get<IConnectionLifetimeFeature>()!.Abort();

                // A call that ends before its requests do resets its stream, which the client may hear before it misses the connection.
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            },
        });
        var client = new Echo.EchoClient(server.Connect(options => options.ThrowOperationCanceledOnCancellation = true));
        var request = new EchoRequest { Payload = Google.Protobuf.ByteString.CopyFrom(new byte[64 * 1024]) };

        using var call = client.Chat();
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
                await call.RequestStream.WriteAsync(request).Soon();
        });

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        if (!afterAnAnswer)
            Assert.Contains(nameof(IOException), error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_that_is_lost_under_a_large_message_is_unavailable_with_the_reason()
    {
        await using var server = await TestServer.StartAsync(_ => { }, app => app.Run(async context =>
        {
            await context.Request.Body.ReadExactlyAsync(new byte[1024]);
            context.Features.Get<IConnectionLifetimeFeature>()!.Abort();
        }));
        var client = new Echo.EchoClient(server.Connect());

        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest { Payload = Google.Protobuf.ByteString.CopyFrom(new byte[3 << 20]) }).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Contains(nameof(IOException), error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_without_kind_and_cause_is_a_connection_that_was_not_made() =>
        Assert.Equal(StatusCode.Unavailable, TransportFailure.ToStatus(new HttpRequestException("the server did not complete the handshake")).StatusCode);

    public static TheoryData<string, byte[]> BrokenServers => new()
    {
        { "closes at once", [] },
        { "speaks HTTP/1", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray() },
        { "sends rubbish", [.. Enumerable.Repeat((byte)0xff, 64)] },
        { "goes away", [.. FakeHttp2Server.Settings, 0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2] },
    };

    [Theory]
    [MemberData(nameof(BrokenServers))]
    public async Task Broken_server_is_unavailable(string what, byte[] answer)
    {
        using var broken = new FakeHttp2Server(answer, thenClose: true);
        using var channel = GrpcChannel.ForAddress(broken.Address);

        var error = await Assert.ThrowsAsync<RpcException>(() => new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.Soon());

        Assert.True(error.StatusCode == StatusCode.Unavailable, $"{what}: {error.Status}");
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, StatusCode.Unauthenticated)]
    [InlineData(HttpStatusCode.Forbidden, StatusCode.PermissionDenied)]
    [InlineData(HttpStatusCode.NotFound, StatusCode.Unimplemented)]
    [InlineData(HttpStatusCode.ServiceUnavailable, StatusCode.Unavailable)]
    [InlineData(HttpStatusCode.BadRequest, StatusCode.Internal)]
    [InlineData(HttpStatusCode.InternalServerError, StatusCode.Unknown)]
    public async Task Answer_of_something_that_is_no_grpc_server(HttpStatusCode http, StatusCode expected)
    {
        await using var server = await TestServer.StartAsync(_ => { }, app => app.Run(context =>
        {
            context.Response.StatusCode = (int)http;
            return Task.CompletedTask;
        }));
        var client = new Echo.EchoClient(server.Connect());

        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon());

        Assert.Equal(expected, error.StatusCode);
    }

    [Fact]
    public async Task Response_without_a_status_or_without_a_message_is_an_error()
    {
        await using var server = await TestServer.StartAsync(_ => { }, app => app.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            if (context.Request.Path.Value!.EndsWith("Unary", StringComparison.Ordinal))
                context.Response.Headers["grpc-status"] = "0";
            else
                await context.Response.Body.WriteAsync(RawGrpc.Frame([]));
        }));
        var client = new Echo.EchoClient(server.Connect());

        var noMessage = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon());
        using var call = client.Expand(new EchoRequest());
        Assert.True(await call.ResponseStream.MoveNext().Soon());
        var noStatus = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Soon());

        Assert.Equal(StatusCode.Internal, noMessage.StatusCode);
        Assert.True(noStatus.StatusCode is StatusCode.Unknown or StatusCode.Cancelled);
    }

    [Fact]
    public async Task Message_with_a_status_that_is_not_ok_throws()
    {
        await using var server = await TestServer.StartAsync(_ => { }, app => app.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(RawGrpc.Frame([]));
            context.Response.AppendTrailer("grpc-status", "10");
        }));
        var client = new Echo.EchoClient(server.Connect());

        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Aborted, error.StatusCode);
    }

    /// <summary>Accepts connections, sends fixed bytes, and then is silent or closes.</summary>
    private sealed class FakeHttp2Server : IDisposable
    {
        public static readonly byte[] Settings = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0];

        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public FakeHttp2Server(byte[] answer, bool thenClose = false)
        {
            listener.Start();
            Address = new Uri($"http://{listener.LocalEndpoint}");
            _ = AcceptAsync(answer, thenClose);
        }

        public Uri Address { get; }

        public void Dispose() => listener.Dispose();

        private async Task AcceptAsync(byte[] answer, bool thenClose)
        {
            var open = new List<TcpClient>();
            try
            {
                while (true)
                {
                    var client = await listener.AcceptTcpClientAsync();
                    open.Add(client);
                    await client.GetStream().WriteAsync(answer);
                    if (thenClose)
                        client.Client.Shutdown(SocketShutdown.Send);
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
            {
                open.ForEach(client => client.Dispose());
            }
        }
    }
}
