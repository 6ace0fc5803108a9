using EdgeAgent.GrpcTests.Protos;
using EdgeAgent.GrpcTests.Support;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeAgent.GrpcTests;

/// <summary>What callers and handlers rely on; the same in plain text and over mutual TLS.</summary>
public abstract partial class BehaviourTests(Security security)
{
    [Fact]
    public async Task Unary_call_awaited()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        var client = new Echo.EchoClient(server.Connect());

        var reply = await client.UnaryAsync(Text("hello")).ResponseAsync.Soon();

        Assert.Equal("hello", reply.Payload.ToStringUtf8());
    }

    [Fact]
    public async Task Unary_call_that_blocks()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        var client = new Echo.EchoClient(server.Connect());

        var reply = await Task.Run(() => client.Unary(Text("hello"))).Soon();

        Assert.Equal("hello", reply.Payload.ToStringUtf8());
    }

    [Fact]
    public async Task Empty_messages()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        var client = new Echo.EchoClient(server.Connect());

        Assert.Equal(new EchoReply(), await client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon());
    }

    [Fact]
    public async Task Ten_megabytes_both_ways()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), security, options => options.MaxReceiveMessageSize = null);
        var client = new Echo.EchoClient(server.Connect(options => options.MaxReceiveMessageSize = null));
        var payload = new byte[10 * 1024 * 1024];
        new Random(1).NextBytes(payload);

        var reply = await client.UnaryAsync(new EchoRequest { Payload = ByteString.CopyFrom(payload) }).ResponseAsync.Soon();

        Assert.True(reply.Payload.Span.SequenceEqual(payload));
    }

    [Fact]
    public async Task Error_carries_code_message_and_binary_trailers()
    {
        const string message = "naïve 100% \"ошибка\" \n 日本";
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        var client = new Echo.EchoClient(server.Connect());
        var request = new EchoRequest { StatusCode = (int)StatusCode.FailedPrecondition, StatusMessage = message, Payload = ByteString.CopyFrom(0, 1, 254, 255) };

        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(request).ResponseAsync.Soon());

        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Equal(message, error.Status.Detail);
        Assert.Equal([0, 1, 254, 255], error.Trailers.GetValueBytes("echo-detail-bin"));
    }

    [Fact]
    public async Task Status_details_pass_through()
    {
        byte[] details = [8, 5, 18, 3, 97, 98, 99];
        var service = new ScriptedEcho
        {
            OnUnary = (_, _) => throw new RpcException(new Status(StatusCode.NotFound, "abc"), new Metadata { { "grpc-status-details-bin", details } }),
        };
        await using var server = await TestServer.ServeAsync(service, security);
        var client = new Echo.EchoClient(server.Connect());

        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon());

        Assert.Equal(details, error.Trailers.GetValueBytes("grpc-status-details-bin"));
    }

    [Theory]
    [InlineData(false, "Exception was thrown by handler.")]
    [InlineData(true, "Exception was thrown by handler. InvalidOperationException: the reason")]
    public async Task Exception_of_a_handler_is_unknown_and_tells_its_text_only_if_asked(bool detailed, string expected)
    {
        var service = new ScriptedEcho { OnUnary = (_, _) => throw new InvalidOperationException("the reason") };
        await using var server = await TestServer.ServeAsync(service, security, options => options.EnableDetailedErrors = detailed);
        var client = new Echo.EchoClient(server.Connect());

        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.Equal(expected, error.Status.Detail);
    }

    [Fact]
    public async Task Initial_and_trailing_metadata()
    {
        var service = new ScriptedEcho
        {
            OnUnary = async (request, context) =>
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "first", "1" }, { "first-bin", [1, 2, 3] } });
                context.ResponseTrailers.Add("last", "2");
                context.ResponseTrailers.Add("last-bin", [4, 5]);
                return new EchoReply();
            },
        };
        await using var server = await TestServer.ServeAsync(service, security);
        var client = new Echo.EchoClient(server.Connect());

        using var call = client.UnaryAsync(new EchoRequest());
        var headers = await call.ResponseHeadersAsync.Soon();
        await call.ResponseAsync.Soon();

        Assert.Equal("1", headers.GetValue("first"));
        Assert.Equal([1, 2, 3], headers.GetValueBytes("first-bin"));
        Assert.Equal("2", call.GetTrailers().GetValue("last"));
        Assert.Equal([4, 5], call.GetTrailers().GetValueBytes("last-bin"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Status_set_on_the_context_ends_the_call()
    {
        var service = new ScriptedEcho
        {
            OnUnary = (_, context) =>
            {
                context.Status = new Status(StatusCode.DataLoss, "set");
                return Task.FromResult(new EchoReply());
            },
        };
        await using var server = await TestServer.ServeAsync(service, security);
        var client = new Echo.EchoClient(server.Connect());

        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon());

        Assert.Equal(StatusCode.DataLoss, error.StatusCode);
        Assert.Equal("set", error.Status.Detail);
    }

    [Fact]
    public async Task Handler_sees_metadata_peer_and_identity()
    {
        Uri? address = null;
        string[] values = [];
        var service = new ScriptedEcho
        {
            OnUnary = (_, context) =>
            {
                Assert.Equal("/edgeagent.test.v1.Echo/Unary", context.Method);
                Assert.Equal(address!.Authority, context.Host);
                Assert.Equal(DateTime.MaxValue, context.Deadline);
                values = [context.RequestHeaders.GetValue("tag")!, .. context.RequestHeaders.GetAll("raw-bin").Select(entry => Convert.ToHexString(entry.ValueBytes))];
                Assert.Equal(security == Security.MutualTls, context.AuthContext.IsPeerAuthenticated);
                Assert.Equal(
                    security == Security.MutualTls ? [TestCertificates.ClientDnsName] : [],
                    context.AuthContext.PeerIdentity.Select(identity => identity.Value));
                Assert.Equal(
                    security == Security.MutualTls ? [TestCertificates.ClientName] : [],
                    context.AuthContext.FindPropertiesByName("x509_common_name").Select(name => name.Value));
                Assert.DoesNotContain(context.RequestHeaders, entry => entry.Key is "te" or "content-type" or "grpc-accept-encoding");
                Assert.StartsWith("ipv4:127.0.0.1:", context.Peer, StringComparison.Ordinal);
                return Task.FromResult(new EchoReply());
            },
        };
        await using var server = await TestServer.ServeAsync(service, security, options => options.EnableDetailedErrors = true);
        address = server.Address;
        var client = new Echo.EchoClient(server.Connect());

        await client.UnaryAsync(new EchoRequest(), new Metadata { { "Tag", "one" }, { "raw-bin", [0xfe, 0xff] }, { "raw-bin", [0] } }).ResponseAsync.Soon();

        Assert.Equal(["one", "FEFF", "00"], values);
    }

    [Fact]
    public async Task Method_that_the_service_does_not_override_is_unimplemented()
    {
        await using var server = await TestServer.ServeAsync(new ScriptedEcho(), security);
        var client = new Echo.EchoClient(server.Connect());

        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task Service_that_is_not_mapped_is_unimplemented()
    {
        await using var server = await TestServer.ServeAsync(new EchoService(), security);
        var health = new Grpc.Health.V1.Health.HealthClient(server.Connect());

        var error = await Assert.ThrowsAsync<RpcException>(() => health.CheckAsync(new Grpc.Health.V1.HealthCheckRequest()).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_unavailable()
    {
        Uri address;
        await using (var server = await TestServer.ServeAsync(new EchoService(), security))
            address = server.Address;
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(address);
        var client = new Echo.EchoClient(channel);

        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.Soon());
        using var chat = client.Chat();
        var chatError = await Assert.ThrowsAsync<RpcException>(() => chat.RequestStream.WriteAsync(new EchoRequest()).Soon());

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(StatusCode.Unavailable, chatError.StatusCode);
    }

    private static EchoRequest Text(string text) => new() { Payload = ByteString.CopyFromUtf8(text) };
}

public sealed class PlainBehaviourTests() : BehaviourTests(Security.Plain);

public sealed class MutualTlsBehaviourTests() : BehaviourTests(Security.MutualTls);
