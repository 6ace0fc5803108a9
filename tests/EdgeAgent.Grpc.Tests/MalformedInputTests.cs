using System.Net;
using System.Net.Http.Headers;
using EdgeAgent.GrpcTests.Protos;
using EdgeAgent.GrpcTests.Support;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeAgent.GrpcTests;

/// <summary>Whatever is sent, the caller gets the right status and the server lives.</summary>
public sealed class MalformedInputTests
{
    private static readonly byte[] Valid = RawGrpc.Frame([]);

    public static TheoryData<string, byte[], StatusCode> Bodies => new()
    {
        { "nothing", [], StatusCode.Internal },
        { "short header", [0, 0, 0], StatusCode.Internal },
        { "header without body", RawGrpc.Frame([], length: 10), StatusCode.Internal },
        { "short body", RawGrpc.Frame([1, 2, 3], length: 10), StatusCode.Internal },
        { "4 GB", RawGrpc.Frame([1, 2, 3], length: uint.MaxValue), StatusCode.ResourceExhausted },
        { "2 GB", RawGrpc.Frame([1, 2, 3], length: int.MaxValue), StatusCode.ResourceExhausted },
        { "one byte too large", RawGrpc.Frame([], length: (4 * 1024 * 1024) + 1), StatusCode.ResourceExhausted },
        { "flag 1 without encoding", RawGrpc.Frame([], flags: 1), StatusCode.Internal },
        { "flags 7", RawGrpc.Frame([], flags: 7), StatusCode.Internal },
        { "flags 255", RawGrpc.Frame([], flags: 255), StatusCode.Internal },
        { "bad protobuf", RawGrpc.Frame([0xff, 0xff, 0xff]), StatusCode.Internal },
        { "truncated field", RawGrpc.Frame([0x0a, 0x7f, 1]), StatusCode.Internal },
        { "two messages", [.. Valid, .. Valid], StatusCode.Internal },
        { "rubbish after the message", [.. Valid, 9, 9], StatusCode.Internal },
    };

    public static TheoryData<string, string, StatusCode> BadHeaders => new()
    {
        { "grpc-timeout", "", StatusCode.Internal },
        { "grpc-timeout", "5", StatusCode.Internal },
        { "grpc-timeout", "S", StatusCode.Internal },
        { "grpc-timeout", "5x", StatusCode.Internal },
        { "grpc-timeout", "-5S", StatusCode.Internal },
        { "grpc-timeout", "+5S", StatusCode.Internal },
        { "grpc-timeout", "123456789S", StatusCode.Internal },
        { "some-bin", "!!!", StatusCode.Internal },
        { "some-bin", "AAAAA", StatusCode.Internal },
        { "grpc-timeout", "0S", StatusCode.DeadlineExceeded },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body(string what, byte[] body, StatusCode expected)
    {
        await using var server = await TestServer.ServeAsync(new EchoService());

        var answer = await RawGrpc.PostAsync(server, "Unary", body);

        Assert.True(expected == answer.Status, $"{what}: {answer.Status} '{answer.Message}', expected {expected}");
        await AssertAlive(server);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_of_a_stream(string what, byte[] body, StatusCode expected)
    {
        await using var server = await TestServer.ServeAsync(new EchoService());

        var answer = await RawGrpc.PostAsync(server, "Collect", body);

        if (what is "nothing" or "two messages")
            expected = StatusCode.OK;
        Assert.True(expected == answer.Status, $"{what}: {answer.Status} '{answer.Message}', expected {expected}");
        await AssertAlive(server);
    }

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public async Task Header(string name, string value, StatusCode expected)
    {
        var service = new ScriptedEcho
        {
            OnUnary = async (_, context) =>
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return new EchoReply();
            },
        };
        await using var server = await TestServer.ServeAsync(service);

        var answer = await RawGrpc.PostAsync(server, "Unary", Valid, change: request => request.Headers.TryAddWithoutValidation(name, value));

        Assert.Equal(expected, answer.Status);
    }

    [Fact]
    public async Task Unknown_encoding_names_the_known_ones()
    {
        await using var server = await TestServer.ServeAsync(new EchoService());

        var answer = await RawGrpc.PostAsync(server, "Unary", RawGrpc.Frame([1], flags: 1), change: request => request.Headers.TryAddWithoutValidation("grpc-encoding", "snappy"));

        Assert.Equal(StatusCode.Unimplemented, answer.Status);
        Assert.Equal("identity,gzip", Assert.Single(answer.Headers.GetValues("grpc-accept-encoding")));
        await AssertAlive(server);
    }

    [Fact]
    public async Task Other_content_type_is_415()
    {
        await using var server = await TestServer.ServeAsync(new EchoService());
        using var json = new StringContent("{}", MediaTypeHeaderValue.Parse("application/json"));
        using var lookalike = new ByteArrayContent(Valid) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpcx") } };

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await RawGrpc.PostAsync(server, "Unary", json)).Http);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await RawGrpc.PostAsync(server, "Unary", lookalike)).Http);
        await AssertAlive(server);
    }

    [Fact]
    public async Task Get_is_405_and_unknown_paths_stay_with_the_application()
    {
        await using var server = await TestServer.ServeAsync(new EchoService());
        using var json = new StringContent("{}", MediaTypeHeaderValue.Parse("application/json"));

        var get = await RawGrpc.PostAsync(server, "Unary", Valid, change: request =>
        {
            request.Method = HttpMethod.Get;
            request.Content = null;
        });
        var elsewhere = await RawGrpc.PostAsync(server, "None", json);
        var unknown = await RawGrpc.PostAsync(server, "None", Valid);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.Http);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.Http);
        Assert.Equal(StatusCode.Unimplemented, unknown.Status);
    }

    [Fact]
    public async Task Random_bytes_never_kill_the_server()
    {
        await using var server = await TestServer.ServeAsync(new EchoService());
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var body = new byte[random.Next(0, 64)];
            random.NextBytes(body);
            if (random.Next(2) == 0)
                body = RawGrpc.Frame(body, flags: (byte)random.Next(3));

            var answer = await RawGrpc.PostAsync(server, random.Next(2) == 0 ? "Unary" : "Chat", body);

            Assert.True(answer.Status is not null, $"seed {seed}: no status");
        }

        await AssertAlive(server);
    }

    private static async Task AssertAlive(TestServer server)
    {
        var client = new Echo.EchoClient(server.Connect());
        var reply = await client.UnaryAsync(new EchoRequest { Payload = ByteString.CopyFromUtf8("alive") }).ResponseAsync.Soon();
        Assert.Equal("alive", reply.Payload.ToStringUtf8());
    }
}
