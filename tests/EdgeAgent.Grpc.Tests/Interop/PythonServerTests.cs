using System.Globalization;
using EdgeAgent.GrpcTests.Protos;
using EdgeAgent.GrpcTests.Support;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace EdgeAgent.GrpcTests.Interop;

/// <summary>Our client calls grpcio; python/echo_server.py is the service.</summary>
public sealed class PythonServerTests(PythonServer server) : IClassFixture<PythonServer>
{
    private readonly Echo.EchoClient client = new(server.Channel);

    [Fact]
    public async Task Unary()
    {
        Assert.Equal("hello", (await client.UnaryAsync(Text("hello")).ResponseAsync.Soon()).Payload.ToStringUtf8());
        Assert.Equal(new EchoReply(), await client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon());
    }

    [Fact]
    public async Task Server_streaming()
    {
        using var call = client.Expand(new EchoRequest { Count = 500 });

        var indexes = new List<int>();
        while (await call.ResponseStream.MoveNext().Soon())
            indexes.Add(call.ResponseStream.Current.Index);

        Assert.Equal(Enumerable.Range(0, 500), indexes);
    }

    [Fact]
    public async Task Client_streaming()
    {
        using var call = client.Collect();
        for (var i = 0; i < 500; i++)
            await call.RequestStream.WriteAsync(Text("abc")).Soon();
        await call.RequestStream.CompleteAsync().Soon();

        Assert.Equal(new CollectReply { Messages = 500, Bytes = 1500 }, await call.ResponseAsync.Soon());
    }

    [Fact]
    public async Task Duplex_streaming()
    {
        using var call = client.Chat();
        for (var i = 0; i < 200; i++)
        {
            await call.RequestStream.WriteAsync(Text($"m{i}")).Soon();
            Assert.True(await call.ResponseStream.MoveNext().Soon());
            Assert.Equal($"m{i}", call.ResponseStream.Current.Payload.ToStringUtf8());
        }

        await call.RequestStream.CompleteAsync().Soon();
        Assert.False(await call.ResponseStream.MoveNext().Soon());
    }

    [Fact]
    public async Task Every_status_code_with_message_and_trailers()
    {
        const string message = "100% über 日本\n\"x\"";
        foreach (var code in Enum.GetValues<StatusCode>().Except([StatusCode.OK]))
        {
            var request = new EchoRequest { StatusCode = (int)code, StatusMessage = message, Payload = ByteString.CopyFrom(0, 255) };
            var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(request).ResponseAsync.Soon());

            Assert.Equal((code, message), (error.StatusCode, error.Status.Detail));
            Assert.Equal([0, 255], error.Trailers.GetValueBytes("echo-detail-bin"));
        }
    }

    [Fact]
    public async Task Error_within_a_stream()
    {
        using var call = client.Expand(new EchoRequest { Count = 3, StatusCode = (int)StatusCode.Aborted });
        for (var i = 0; i < 3; i++)
            Assert.True(await call.ResponseStream.MoveNext().Soon());

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Soon());

        Assert.Equal(StatusCode.Aborted, error.StatusCode);
    }

    [Fact]
    public async Task Metadata_both_ways()
    {
        var headers = new Metadata { { "text", "value" }, { "raw-bin", [0, 1, 254, 255] } };

        using var call = client.UnaryAsync(new EchoRequest { EchoHeaders = { "text", "raw-bin" } }, headers);
        await call.ResponseAsync.Soon();

        Assert.Equal("value", call.GetTrailers().GetValue("echo-text"));
        Assert.Equal([0, 1, 254, 255], call.GetTrailers().GetValueBytes("echo-raw-bin"));
    }

    [Fact]
    public async Task Deadline_exceeded()
    {
        var error = await Assert.ThrowsAsync<RpcException>(
            () => client.UnaryAsync(new EchoRequest { DelayMs = 2000 }, deadline: DateTime.UtcNow.AddMilliseconds(300)).ResponseAsync.Soon());

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task Cancellation_reaches_the_server()
    {
        var before = await CancelledAsync();
        using var call = client.Chat();
        await call.RequestStream.WriteAsync(Text("first")).Soon();
        Assert.True(await call.ResponseStream.MoveNext().Soon());
        call.Dispose();

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Soon());

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        var end = DateTime.UtcNow + Liveness.Limit;
        while (await CancelledAsync() <= before)
            Assert.True(DateTime.UtcNow < end, "The server never saw the cancellation.");
    }

    [Fact]
    public async Task One_mebibyte_each_way()
    {
        var payload = new byte[1024 * 1024];
        new Random(2).NextBytes(payload);
        var request = new EchoRequest { Payload = ByteString.CopyFrom(payload) };

        Assert.True((await client.UnaryAsync(request).ResponseAsync.Soon()).Payload.Span.SequenceEqual(payload));
        using var call = client.Chat();
        for (var i = 0; i < 8; i++)
        {
            await call.RequestStream.WriteAsync(request).Soon();
            Assert.True(await call.ResponseStream.MoveNext().Soon());
            Assert.True(call.ResponseStream.Current.Payload.Span.SequenceEqual(payload));
        }
    }

    [Fact]
    public async Task Oversize_is_refused_by_either_side()
    {
        const int size = 5 * 1024 * 1024;
        var byServer = await Assert.ThrowsAsync<RpcException>(
            () => client.UnaryAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[size]) }).ResponseAsync.Soon());
        var byClient = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest { ReplySize = size }).ResponseAsync.Soon());

        Assert.Equal(StatusCode.ResourceExhausted, byServer.StatusCode);
        Assert.Equal(StatusCode.ResourceExhausted, byClient.StatusCode);
        await Unary();
    }

    [Fact]
    public async Task Gzip_request()
    {
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };

        var reply = await client.UnaryAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[100_000]) }, headers).ResponseAsync.Soon();

        Assert.Equal(100_000, reply.Payload.Length);
    }

    [Fact]
    public async Task Unknown_service_is_unimplemented()
    {
        var health = new Grpc.Health.V1.Health.HealthClient(server.Channel);

        var error = await Assert.ThrowsAsync<RpcException>(() => health.CheckAsync(new Grpc.Health.V1.HealthCheckRequest()).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    private async Task<int> CancelledAsync()
    {
#pragma warning disable CS0612 // the method is deprecated in the proto
        var reply = await client.OldAsync(new EchoRequest()).ResponseAsync.Soon();
#pragma warning restore CS0612
        return int.Parse(reply.Payload.ToStringUtf8(), CultureInfo.InvariantCulture);
    }

    private static EchoRequest Text(string text) => new() { Payload = ByteString.CopyFromUtf8(text) };
}

/// <summary>One grpcio server for all tests.</summary>
public sealed class PythonServer : IAsyncLifetime
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("edgeagent-grpc-");
    private PythonProcess? process;

    public GrpcChannel Channel { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await PythonProcess.GenerateAsync(directory.FullName);
        process = PythonProcess.Run("echo_server.py", directory.FullName);
        var line = await process.ReadLineAsync();
        Assert.StartsWith("LISTENING ", line, StringComparison.Ordinal);
        Channel = GrpcChannel.ForAddress($"http://127.0.0.1:{line["LISTENING ".Length..]}");
    }

    public Task DisposeAsync()
    {
        Channel?.Dispose();
        process?.Dispose();
        directory.Delete(recursive: true);
        return Task.CompletedTask;
    }
}
