using EdgeAgent.Wire;
using EdgeAgent.Wire.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace EdgeAgent.ControlPlane.Tests;

/// <summary>Whatever a caller sends, it gets a status and the server goes on.</summary>
public sealed class HostileCallTests
{
    private static readonly Contracts.HostFacts Facts = TestAgent.FactsOf("a", "10.0.0.1");

    [Fact]
    public async Task A_first_message_that_is_no_hello_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(StatusCode.InvalidArgument, await EndOf(server, new AgentMessage { Resync = new() }));
        Assert.Equal(StatusCode.InvalidArgument, await EndOf(server, new AgentMessage()));
        Assert.Equal(StatusCode.InvalidArgument, await EndOf(server, new AgentMessage { Hello = new() }));
        Assert.Equal(StatusCode.InvalidArgument, await EndOf(server, new AgentMessage { Hello = new() { Facts = HostFactsMapping.ToWire(Facts), Digest = "beef" } }));
        var noDigest = new Hello { Facts = HostFactsMapping.ToWire(Facts) };
        noDigest.SetDigests.Add("x");
        Assert.Equal(StatusCode.InvalidArgument, await EndOf(server, new AgentMessage { Hello = noDigest }));
        await StillWorks(server);
    }

    [Fact]
    public async Task A_status_that_makes_no_sense_ends_the_stream_with_the_reason()
    {
        await using var server = await TestServer.StartAsync();
        var good = HostStatusMapping.ToWire(new() { Namespace = "default", Name = "a", At = DateTimeOffset.UtcNow, State = Contracts.HostState.Realized });
        await Refused(server, Altered(good, status => status.Name = "b"), StatusCode.PermissionDenied, "default/b");
        await Refused(server, Altered(good, status => status.State = (HostState)77), StatusCode.InvalidArgument, "state");
        await Refused(server, Altered(good, status => status.State = HostState.Stale), StatusCode.InvalidArgument, "Stale");
        await Refused(server, Altered(good, status => status.At = null), StatusCode.InvalidArgument, "status time");
        await Refused(server, Altered(good, status => status.TargetRevision = -1), StatusCode.InvalidArgument, "revision -1");
        await Refused(server, Altered(good, status => status.Reason = new string('x', 2_000_000)), StatusCode.InvalidArgument, "at most");
        await StillWorks(server);
    }

    [Fact]
    public async Task A_second_hello_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), Facts);
        await agent.SyncAsync();
        await agent.SendAsync(new() { Hello = new() { Facts = HostFactsMapping.ToWire(Facts) } });
        Assert.Equal(StatusCode.InvalidArgument, (await agent.EndAsync()).StatusCode);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_and_messages_too_large_are_refused()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var method in new[] { "/edgeagent.v1.AdminService/Apply", "/edgeagent.v1.AdminService/Get", "/edgeagent.v1.AgentService/Enrol" })
        {
            Assert.Equal(StatusCode.Internal, await RawUnary(server, method, [0xff, 0xff, 0xff, 0xff, 0xff]));
            Assert.Equal(StatusCode.ResourceExhausted, await RawUnary(server, method, new byte[5 * 1024 * 1024]));
        }

        for (var seed = 0; seed < 200; seed++)
        {
            var bytes = new byte[new Random(seed).Next(100)];
            new Random(seed).NextBytes(bytes);
            var end = await RawUnary(server, "/edgeagent.v1.AdminService/Status", bytes);
            Assert.True(end is StatusCode.OK or StatusCode.Internal or StatusCode.NotFound, $"seed {seed}: {end}");
        }

        await StillWorks(server);
    }

    [Fact]
    public async Task Unknown_methods_and_other_protocols_are_refused()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(StatusCode.Unimplemented, await RawUnary(server, "/edgeagent.v1.AdminService/Format", []));
        using var http = new HttpClient();
        using var grpcOverHttp1 = new HttpRequestMessage(HttpMethod.Post, new Uri(server.HttpAddress, "/edgeagent.v1.AdminService/Status")) { Content = new ByteArrayContent(new byte[5]) };
        grpcOverHttp1.Content.Headers.ContentType = new("application/grpc");
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.SendAsync(grpcOverHttp1)).StatusCode);
        await StillWorks(server);
    }

    [Fact]
    public async Task Enrolment_without_TLS_says_why_not()
    {
        await using var server = await TestServer.StartAsync();
        var client = new AgentService.AgentServiceClient(server.Channel());
        var enrol = await Assert.ThrowsAsync<RpcException>(async () => await client.EnrolAsync(new() { Token = "x", Facts = HostFactsMapping.ToWire(Facts) }));
        Assert.Equal(StatusCode.FailedPrecondition, enrol.StatusCode);
        var token = await Assert.ThrowsAsync<RpcException>(async () => await server.Admin.CreateTokenAsync(new()));
        Assert.Equal(StatusCode.FailedPrecondition, token.StatusCode);
    }

    private static HostStatus Altered(HostStatus status, Action<HostStatus> alter)
    {
        var copy = status.Clone();
        alter(copy);
        return copy;
    }

    private static async Task Refused(TestServer server, HostStatus status, StatusCode code, string reason)
    {
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), Facts);
        await agent.SyncAsync();
        await agent.SendAsync(new() { Status = status });
        var end = await agent.EndAsync();
        Assert.Equal(code, end.StatusCode);
        Assert.Contains(reason, end.Detail, StringComparison.Ordinal);
    }

    private static async Task<StatusCode> EndOf(TestServer server, AgentMessage first)
    {
        using var call = new AgentService.AgentServiceClient(server.Channel()).Connect();
        try
        {
            await call.RequestStream.WriteAsync(first);
        }
        catch (RpcException e)
        {
            // Refused before the write was done.
            return e.StatusCode;
        }

        var end = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().WaitAsync(Eventually.Patience));
        return end.StatusCode;
    }

    private static async Task<StatusCode> RawUnary(TestServer server, string method, byte[] message)
    {
        var raw = new Marshaller<byte[]>(bytes => bytes, bytes => bytes);
        var parts = method.Split('/');
        var channel = server.Channel(new GrpcChannelOptions());
        using var call = channel.CreateCallInvoker().AsyncUnaryCall(new Method<byte[], byte[]>(MethodType.Unary, parts[1], parts[2], raw, raw), null, default, message);
        try
        {
            await call.ResponseAsync.WaitAsync(Eventually.Patience);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private static async Task StillWorks(TestServer server)
    {
        await server.AcceptAsync(Yaml.Host("z", "10.0.0.99", "z"));
        await using var agent = await TestAgent.ConnectAsync(server.Channel(), Facts);
        await agent.SyncAsync(1);
    }
}
