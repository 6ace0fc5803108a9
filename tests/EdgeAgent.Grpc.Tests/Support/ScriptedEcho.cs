using EdgeAgent.GrpcTests.Protos;
using Grpc.Core;

namespace EdgeAgent.GrpcTests.Support;

/// <summary>A service whose handlers a test sets.</summary>
internal sealed class ScriptedEcho : Echo.EchoBase
{
    public UnaryServerMethod<EchoRequest, EchoReply>? OnUnary { get; init; }

    public ClientStreamingServerMethod<EchoRequest, CollectReply>? OnCollect { get; init; }

    public ServerStreamingServerMethod<EchoRequest, EchoReply>? OnExpand { get; init; }

    public DuplexStreamingServerMethod<EchoRequest, EchoReply>? OnChat { get; init; }

    public override Task<EchoReply> Unary(EchoRequest request, ServerCallContext context) =>
        (OnUnary ?? base.Unary)(request, context);

    public override Task<CollectReply> Collect(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context) =>
        (OnCollect ?? base.Collect)(requestStream, context);

    public override Task Expand(EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context) =>
        (OnExpand ?? base.Expand)(request, responseStream, context);

    public override Task Chat(IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context) =>
        (OnChat ?? base.Chat)(requestStream, responseStream, context);
}
