using System.IO.Compression;
using EdgeAgent.GrpcTests.Protos;
using EdgeAgent.GrpcTests.Support;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace EdgeAgent.GrpcTests;

/// <summary>Message size limits on both sides, and gzip.</summary>
public sealed class LimitsAndCompressionTests
{
    private const int Default = 4 * 1024 * 1024;

    private static readonly Metadata AskForGzip = new() { { "grpc-internal-encoding-request", "gzip" } };

    [Theory]
    [InlineData(Default - 16, StatusCode.OK)]
    [InlineData(Default + 16, StatusCode.ResourceExhausted)]
    public async Task Server_accepts_four_megabytes(int size, StatusCode expected)
    {
        await using var server = await TestServer.ServeAsync(new EchoService());
        var client = new Echo.EchoClient(server.Connect(options => options.MaxReceiveMessageSize = null));

        Assert.Equal(expected, await StatusOf(client.UnaryAsync(Zeros(size))));
    }

    [Theory]
    [InlineData(Default - 16, StatusCode.OK)]
    [InlineData(Default + 16, StatusCode.ResourceExhausted)]
    public async Task Client_accepts_four_megabytes(int size, StatusCode expected)
    {
        await using var server = await TestServer.ServeAsync(new EchoService());
        var client = new Echo.EchoClient(server.Connect());

        Assert.Equal(expected, await StatusOf(client.UnaryAsync(new EchoRequest { ReplySize = size })));
    }

    [Fact]
    public async Task Send_limits_and_limits_of_one_service()
    {
        await using var server = await TestServer.StartAsync(
            services =>
            {
                services.AddSingleton(new EchoService());
                services.AddGrpc().AddServiceOptions<EchoService>(options => options.MaxReceiveMessageSize = 100);
            },
            routes => routes.MapGrpcService<EchoService>(),
            grpc: options =>
            {
                options.MaxSendMessageSize = 1000;
                options.MaxReceiveMessageSize = 10_000;
            });
        var client = new Echo.EchoClient(server.Connect(options => options.MaxSendMessageSize = 200));

        Assert.Equal(StatusCode.OK, await StatusOf(client.UnaryAsync(Zeros(90))));
        Assert.Equal(StatusCode.ResourceExhausted, await StatusOf(client.UnaryAsync(Zeros(150))));
        Assert.Equal(StatusCode.ResourceExhausted, await StatusOf(client.UnaryAsync(Zeros(300))));
        Assert.Equal(StatusCode.ResourceExhausted, await StatusOf(client.UnaryAsync(new EchoRequest { ReplySize = 2000 })));
        using var chat = client.Chat();
        var refused = await Assert.ThrowsAsync<RpcException>(() => chat.RequestStream.WriteAsync(Zeros(300)).Soon());
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
    }

    [Fact]
    public async Task Compressed_requests_are_accepted_and_identity_comes_back()
    {
        string? encoding = null;
        await using var server = await TestServer.ServeAsync(new ScriptedEcho
        {
            OnChat = async (requests, responses, context) =>
            {
                encoding = context.GetHttpContext().Request.Headers["grpc-encoding"];
                await foreach (var request in requests.ReadAllAsync())
                    await responses.WriteAsync(new EchoReply { Payload = request.Payload });
            },
        });
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Chat(AskForGzip);
        foreach (var (size, options) in new[] { (0, default(WriteFlags)), (100_000, default(WriteFlags)), (50, WriteFlags.NoCompress) })
        {
            call.RequestStream.WriteOptions = new WriteOptions(options);
            await call.RequestStream.WriteAsync(Zeros(size)).Soon();
            Assert.True(await call.ResponseStream.MoveNext().Soon());
            Assert.Equal(size, call.ResponseStream.Current.Payload.Length);
        }

        Assert.Equal("gzip", encoding);
        var headers = await call.ResponseHeadersAsync.Soon();
        Assert.Null(headers.Get("grpc-encoding"));
    }

    [Fact]
    public async Task Responses_are_compressed_if_the_server_is_told_and_the_caller_accepts()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), grpc: options =>
        {
            options.ResponseCompressionAlgorithm = "gzip";
            options.ResponseCompressionLevel = CompressionLevel.Optimal;
        });
        var client = new Echo.EchoClient(server.Connect());
        var request = new EchoRequest { ReplySize = 100_000 };

        var reply = await client.UnaryAsync(request).ResponseAsync.Soon();
        var refusing = await RawGrpc.PostAsync(server, "Unary", RawGrpc.Frame(request.ToByteArray()));
        var accepting = await RawGrpc.PostAsync(
            server, "Unary", RawGrpc.Frame(request.ToByteArray()), change: message => message.Headers.TryAddWithoutValidation("grpc-accept-encoding", "identity,gzip"));

        Assert.Equal(100_000, reply.Payload.Length);
        Assert.InRange(refusing.Body.Length, 100_000, 101_000);
        Assert.InRange(accepting.Body.Length, 5, 1000);
        Assert.Equal(1, accepting.Body[0]);
    }

    [Fact]
    public async Task Small_message_that_unpacks_to_a_large_one_is_refused()
    {
        await using var server = await TestServer.ServeAsync(new EchoService());
        var bomb = RawGrpc.Frame(Gzip(Zeros(64 * 1024 * 1024).ToByteArray()), flags: 1);
        Assert.InRange(bomb.Length, 0, 100_000);

        var answer = await RawGrpc.PostAsync(server, "Unary", bomb, change: message => message.Headers.TryAddWithoutValidation("grpc-encoding", "gzip"));

        Assert.Equal(StatusCode.ResourceExhausted, answer.Status);
    }

    [Fact]
    public async Task Broken_gzip_is_internal()
    {
        await using var server = await TestServer.ServeAsync(new EchoService());

        var answer = await RawGrpc.PostAsync(
            server, "Unary", RawGrpc.Frame([1, 2, 3, 4], flags: 1), change: message => message.Headers.TryAddWithoutValidation("grpc-encoding", "gzip"));

        Assert.Equal(StatusCode.Internal, answer.Status);
    }

    [Fact]
    public async Task Client_that_does_not_read_holds_the_server_back()
    {
        var sent = 0L;
        await using var server = await TestServer.ServeAsync(new ScriptedEcho
        {
            OnExpand = async (_, responses, context) =>
            {
                var reply = new EchoReply { Payload = ByteString.CopyFrom(new byte[64 * 1024]) };
                while (!context.CancellationToken.IsCancellationRequested)
                {
                    await responses.WriteAsync(reply);
                    Interlocked.Add(ref sent, reply.Payload.Length);
                }
            },
        });
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.Expand(new EchoRequest());
        await call.ResponseHeadersAsync.Soon();
        await Liveness.Until(() => Interlocked.Read(ref sent) > 0);
        await Task.Delay(500);

        // The client's window and the server's buffers: far below what half a second can send.
        Assert.InRange(Interlocked.Read(ref sent), 1, 24 * 1024 * 1024);
    }

    private static EchoRequest Zeros(int size) => new() { Payload = ByteString.CopyFrom(new byte[size]) };

    private static async Task<StatusCode> StatusOf(AsyncUnaryCall<EchoReply> call)
    {
        using (call)
        {
            var error = await Record.ExceptionAsync(() => call.ResponseAsync.Soon());
            return error is null ? StatusCode.OK : Assert.IsType<RpcException>(error).StatusCode;
        }
    }

    private static byte[] Gzip(byte[] plain)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(plain);
        return packed.ToArray();
    }
}
